"""Somebody whom a register's file brings: checked as if registered by hand, and registered in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from lifecert.application.office.register_beneficiary import NewBenefit
from lifecert.application.office.set_contact import NewContact, sealed_contact
from lifecert.domain.actor import Actor, Role
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import MOST_BENEFITS, Benefit
from lifecert.domain.benefit_start import check_start
from lifecert.domain.change import Change, record
from lifecert.domain.consent import guardian_until
from lifecert.domain.errors import DayImpossible, PayerUnknown, StartUnlikely
from lifecert.domain.intake import (
    BenefitRow,
    FirstYear,
    ReadLine,
    RegisterImport,
    RegisterRow,
    Told,
    drawn_day,
    first_year,
)
from lifecert.domain.intake_faults import RowFault
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.notice import NoticeChannel
from lifecert.domain.person import mask_name, normalise_name
from lifecert.domain.scope import EVERYWHERE, Scope
from lifecert.domain.status import Status
from lifecert.ports.keys import PersonKeys
from lifecert.ports.notices import AddressSeal


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of whom every line is right. `line` is the first of them, and `key` the office's name for it."""

    line: int
    key: str
    row: RegisterRow
    benefits: tuple[Benefit, ...]

    def year(self, person_key: str, first_day: date, today: date) -> FirstYear:
        """Until when they are covered. `first_day` is the day from which due dates are drawn."""
        start = min(one.start for one in self.benefits if one.start)
        return first_year(start, self.row.last, today, drawn_day(person_key, first_day))


def check(
    lines: Sequence[ReadLine], payers: Sequence[str], today: date, scope: Scope = EVERYWHERE
) -> Candidate | tuple[Told, ...]:
    """One person out of their lines, or why each of these is refused: nobody is registered in part, and nobody with a
    benefit outside `scope`."""
    faults = [_fault(line, payers, today, scope) for line in lines]
    rows = [line.row for line in lines if isinstance(line.row, RegisterRow)]
    if not any(faults):
        given = [(row, benefit) for row in rows for benefit in row.benefits]
        if any(row.of_the_person != rows[0].of_the_person for row in rows):
            faults = [RowFault.LINES_DISAGREE] * len(lines)
        elif len(given) > MOST_BENEFITS:
            faults = [RowFault.TOO_MANY_BENEFITS] * len(lines)
        else:
            numbered = (_new(one).numbered(number, payers) for number, (_, one) in enumerate(given, start=1))
            return Candidate(lines[0].number, lines[0].key, rows[0], tuple(numbered))
    return tuple(
        Told(line.number, line.key, fault or RowFault.OTHER_LINE) for line, fault in zip(lines, faults, strict=True)
    )


def _fault(line: ReadLine, payers: Sequence[str], today: date, scope: Scope) -> RowFault | None:
    row = line.row
    if not isinstance(row, RegisterRow):
        return row if isinstance(row, RowFault) else RowFault.COLUMNS
    if row.last and row.last.on > today:
        return RowFault.LAST_CERTIFIED_ON
    if not all(scope.covers(one.district) for one in row.benefits):
        return RowFault.DISTRICT_OUTSIDE
    for benefit in row.benefits:
        try:
            check_start(benefit.start, today, row.born, checked=benefit.start_checked)
            _new(benefit).numbered(1, payers)
        except DayImpossible:
            return RowFault.START_IMPOSSIBLE
        except StartUnlikely:
            return RowFault.START_UNLIKELY
        except PayerUnknown:
            return RowFault.PAYER_UNKNOWN
    return None


def _new(row: BenefitRow) -> NewBenefit:
    return NewBenefit(
        category=row.category,
        district=row.district,
        start=row.start,
        payer=row.payer,
        payer_reference=row.payer_reference,
        planned_end=row.planned_end,
        injury_grade=row.injury_grade,
        start_checked=row.start_checked,
    )


def registration(
    one: Candidate,
    of: RegisterImport,
    keys: PersonKeys,
    seal: AddressSeal,
    now: datetime,
    today: date,
    beneficiary_id: str,
) -> Change:
    """The change that registers somebody under an id, which is one of the places of their number. They come in active,
    whatever is known of their last proof of life."""
    row, person_key = one.row, keys.person_key(one.row.id_number.value)
    year = one.year(person_key, of.first_day or today, today)
    given = NewContact(NoticeChannel.SMS, row.phone) if row.phone else None
    contact = sealed_contact(seal, beneficiary_id, given) if given else None
    after, entry = record(
        Beneficiary(
            beneficiary_id=beneficiary_id,
            person_key=person_key,
            name_key=keys.name_key(normalise_name(row.name)),
            masked_name=mask_name(row.name),
            benefits=one.benefits,
            valid_until=year.valid_until,
            contact_channel=contact.channel if contact else None,
            person_secret=keys.newest,
            grace_from=today,
            registered_by=of.actor_id,
            prepared_by=of.prepared_by,
            guardian_until=guardian_until(row.born, today),
        ),
        LedgerEvent.REGISTERED,
        Actor(of.actor_id, Role.SYSTEM),
        now,
        {
            "benefits": [
                {**benefit.facts(), "status": Status.ACTIVE, "payment_held": False} for benefit in one.benefits
            ],
            "status": Status.ACTIVE,
            "valid_until": year.valid_until.isoformat(),
            "grace_from": today.isoformat(),
            "channel": contact.channel if contact else None,
            "registered_by": of.actor_id,
            "prepared_by": of.prepared_by,
            "released_by": of.released_by,
            "seen_by_another": False,
            "import_id": of.import_id,
            "source": of.source,
            "line_key": one.key or str(one.line),
            "year_from": year.origin,
            "last_certified_on": year.last.on.isoformat() if year.last else None,
            "last_certified_by": year.last.source if year.last else None,
        },
    )
    return Change(0, after, entry, contact=contact)
