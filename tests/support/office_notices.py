"""An office that writes down letters, visits and public notices to somebody who has lapsed."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from lifecert.application.notices.note_delivery import NoteDelivery
from lifecert.application.notices.record_notice import NewNotice, RecordNotice, Voiding
from lifecert.domain.actor import User
from lifecert.domain.notice import NoticeChannel, SentNotice
from lifecert.domain.office_notice import NoticeResult, NoticeRules, NoticeWay, OfficeNotice
from lifecert.domain.telling import Telling, telling
from tests.support.builders import CLERK, an_id
from tests.support.fakes.notices import MemorySentNotices
from tests.support.holding import HoldWorld

EVERY_WAY = NoticeRules(frozenset(NoticeWay), letter_days=7, public_notice_days=30)
VISITOR = replace(CLERK, user_id="clerk-5")
# Who decides the batches of a HoldWorld.
DECIDER = replace(CLERK, user_id="clerk-7")
LETTER, VISIT, PUBLIC = NoticeWay.LETTER, NoticeWay.VISIT, NoticeWay.PUBLIC_NOTICE
RETURNED, NOBODY = NoticeResult.RETURNED, NoticeResult.NOBODY_THERE
AS_HOPED = {LETTER: NoticeResult.POSTED, VISIT: NoticeResult.TOLD, PUBLIC: NoticeResult.PUBLISHED}


@dataclass
class Office(HoldWorld):
    """`old` lapsed two nights ago, and no message reaches them."""

    rules: NoticeRules = field(default=EVERY_WAY)

    def __post_init__(self) -> None:
        self.lapsed("old", told=False)

    @property
    def record(self) -> RecordNotice:
        return RecordNotice(self.store.register, self.store.ledger, self.clock, self.rules)

    def days_ago(self, number: int) -> date:
        return self.clock.today() - timedelta(days=number)

    def give(
        self, way: NoticeWay, result: NoticeResult | None = None, *, ago: int = 0, by: User = VISITOR
    ) -> OfficeNotice:
        """Written down today, of so many days ago."""
        new = NewNotice(way, result or AS_HOPED[way], self.days_ago(ago), "XA100")
        return self.record("old", new, by, an_id())

    def void(self, notice: OfficeNotice, result: NoticeResult = RETURNED) -> OfficeNotice:
        voiding = Voiding(result, self.clock.today(), "XA100-R")
        return self.record.void("old", notice.notice_id, voiding, VISITOR, an_id())

    def telling(self) -> Telling | None:
        return telling(self.person("old"), self.clock.today())

    def message_fails(self, message_id: str = "m") -> None:
        year = self.person("old").valid_until
        sent = SentNotice(message_id, "old", NoticeChannel.SMS, year, self.clock.now())
        assert NoteDelivery(self.store.register, MemorySentNotices({message_id: sent}), self.clock).failed(message_id)
