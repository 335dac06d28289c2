"""The people, and the fixed ids, which the event files name."""

from dataclasses import dataclass

from lifecert.domain.actor import SessionSecret
from lifecert.domain.invitation import InvitationCode

USER = "0a1b2c3d-0000-4000-8000-00000000000a"


DESK = "0a1b2c3d-0000-4000-8000-00000000000c"


BUSY = "0a1b2c3d-0000-4000-8000-00000000000b"


# Of the kiosk that signs in the event files.
KIOSK = "wqH794KaM2KeVsH5rLbAmzFPsKUPwiTzSGa5zTEKvtg.110101"


def world_id(number: int) -> str:
    """A fixed id: 1xx are beneficiaries, 2xx sessions, 3xx enrolments, 4xx certificates, 5xx cases, 7xx invitations,
    8xx mandates."""
    return f"00000000-0000-4000-8000-{number:012d}"


def world_code(number: int) -> InvitationCode:
    """The code of an invitation of the same number."""
    return InvitationCode.parse(f"{number:021d}")


SECRET = SessionSecret("5ec2e7" + "0" * 58)


@dataclass(frozen=True, slots=True)
class Person:
    number: int
    name: str
    id_number: str

    @property
    def id(self) -> str:
        return world_id(self.number)


WANG = Person(101, "王小明", "11010519491231002X")


LAPSED = Person(102, "李秀英", "440524188001010014")


PAUSED = Person(103, "Ana María Gómez", "110101194001010012")


UNSEEN = Person(104, "赵桂兰", "110101194001010039")


ENDED = Person(105, "陈建国", "110101194001010055")


CHILD = Person(106, "周小宝", "110101201801010013")


DUE = Person(107, "吴德发", "110101194001010071")


WITHDRAWN = Person(108, "孙玉梅", "110101194001010098")


LONG_ENDED = Person(109, "钱大江", "110101194001010119")


SEVERAL = Person(110, "卫兰英", "110101194001010493")


FULL = Person(111, "蒋福生", "110101194001010506")


DECEASED = Person(112, "沈国华", "110101194001010514")


UNDOING = Person(113, "韩玉珍", "110101194001010522")


REMINDED = Person(131, "郑秀兰", "110101194001010418")


SILENT = Person(132, "冯桂英", "110101194001010434")


MUTE = Person(133, "褚国强", "110101194001010450")


PEOPLE = (
    WANG,
    LAPSED,
    PAUSED,
    UNSEEN,
    ENDED,
    CHILD,
    DUE,
    WITHDRAWN,
    LONG_ENDED,
    SEVERAL,
    FULL,
    DECEASED,
    UNDOING,
    REMINDED,
    SILENT,
    MUTE,
)
