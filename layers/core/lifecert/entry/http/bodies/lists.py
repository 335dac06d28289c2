"""Work lists of a district, and what a month came to."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import Field

from lifecert.application.office.get_lists import ListedPerson
from lifecert.domain.page import Page, Position
from lifecert.domain.review import AtLeast
from lifecert.domain.status import Status
from lifecert.domain.work_list import DUE_DAYS, MOST_DUE_DAYS, Figure, MonthFigures, WorkList
from lifecert.entry.http.bodies.fields import PAGE, District, InList, cursor_of
from lifecert.entry.http.bodies.finding import BenefitFound
from lifecert.entry.models import Incoming, Response

# People on a page, at most.
MOST_LISTED = 200


class OfDistrict(Incoming):
    """GET /staff/lists and GET /staff/statistics/{month}."""

    district: District


class ListQuery(OfDistrict):
    """GET /staff/lists/{name}. `days` is how far ahead `due` looks; the other lists have no use for it."""

    days: Annotated[int, Field(ge=0, le=MOST_DUE_DAYS)] = DUE_DAYS
    limit: Annotated[int, Field(ge=1, le=MOST_LISTED)] = PAGE
    after: InList | None = None


def list_named(text: str) -> WorkList | None:
    """The list out of a path, if there is one of that name."""
    return next((one for one in WorkList if one == text), None)


class ListSize(Response):
    """How many people are in a list; `more`: that is the least that it is."""

    list: WorkList
    people: int
    more: bool


class ListSizes(Response):
    """Of every list of a district."""

    district: str
    lists: tuple[ListSize, ...]

    @staticmethod
    def of(district: str, sizes: Mapping[WorkList, AtLeast]) -> "ListSizes":
        """The answer."""
        told = (ListSize(list=wanted, people=size.number, more=size.more) for wanted, size in sizes.items())
        return ListSizes(district=district, lists=tuple(told))


class PersonListed(Response):
    """Somebody in a list. `day` is the one by which the list goes; `told_on` that on which a notice arrived."""

    beneficiary_id: str
    masked_name: str
    status: Status
    day: date
    valid_until: date
    told_on: date | None
    benefits: tuple[BenefitFound, ...]

    @staticmethod
    def of(listed: ListedPerson) -> "PersonListed":
        """The answer."""
        person = listed.beneficiary
        return PersonListed(
            beneficiary_id=person.beneficiary_id,
            masked_name=person.masked_name,
            status=person.status,
            day=listed.day,
            valid_until=person.valid_until,
            told_on=person.notice_delivered_on,
            benefits=tuple(BenefitFound.of(person, one) for one in person.benefits),
        )


class PeopleListed(Response):
    """A page of a list."""

    district: str
    list: WorkList
    people: tuple[PersonListed, ...]
    after: str | None

    @staticmethod
    def of(district: str, wanted: WorkList, page: Page[ListedPerson, Position]) -> "PeopleListed":
        """The answer."""
        return PeopleListed(
            district=district,
            list=wanted,
            people=tuple(map(PersonListed.of, page.items)),
            after=cursor_of(page.after) if page.after else None,
        )


class YearsEnded(Response):
    """What became of the years that ended in a month: certified before the person lapsed, lapsed, and of the lapsed
    those who certified after all. Shares are null while there is none."""

    in_time: int
    lapsed: int
    late: int
    certified_in_time: float | None
    certified_at_all: float | None


class MonthShown(Response):
    """What a month came to in a district: proofs by method, and by channel; tries that failed, and that went to a
    human, by reason; and cases decided by how long they had waited."""

    district: str
    month: str
    years_ended: YearsEnded
    certified: Mapping[str, int]
    certified_by_channel: Mapping[str, int]
    retries: Mapping[str, int]
    to_reviewers: Mapping[str, int]
    cases_decided: Mapping[str, int]

    @staticmethod
    def of(figures: MonthFigures) -> "MonthShown":
        """The answer."""
        numbers = figures.numbers
        return MonthShown(
            district=figures.district,
            month=figures.month,
            years_ended=YearsEnded(
                in_time=figures.number(Figure.YEAR, "in_time"),
                lapsed=figures.number(Figure.YEAR, "lapsed"),
                late=figures.number(Figure.YEAR, "late"),
                certified_in_time=figures.certified_in_time,
                certified_at_all=figures.certified_at_all,
            ),
            certified=numbers.get(Figure.CERTIFIED, {}),
            certified_by_channel=numbers.get(Figure.CHANNEL, {}),
            retries=numbers.get(Figure.RETRY, {}),
            to_reviewers=numbers.get(Figure.REVIEW, {}),
            cases_decided=numbers.get(Figure.DECIDED, {}),
        )
