"""What must hold of the city, whatever happened in it. Each check says in words what is wrong, and of whom."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from lab.city.books import payer_example
from lab.city.city import City
from lab.city.offices import listed
from lab.city.people import DISTRICTS, HOLDING, Citizen
from lifecert.bootstrap import phone
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import Benefit
from lifecert.domain.ledger import LedgerEntry, LedgerEvent, facts_of
from lifecert.domain.status import EndCause, Status
from lifecert.domain.work_list import WorkList
from ops.verify_ledger import LedgerCheck

Fault = tuple[Citizen, str]
# Days in which offices that look every day have put an end, or its correction, through.
PUT_RIGHT_WITHIN = 20


def of_payers(city: City, people: Iterable[Citizen], until: date) -> Iterator[Fault]:
    """Each day of each benefit was paid once, as it fell due or as arrears and less what was taken back, up to the day
    before that from which the register says it is not, and never for another day; and each payer was told last what the
    register has."""
    for citizen in people:
        record = city.record(citizen)
        for benefit in record.benefits:
            fault = _told_last(city, record, benefit) or _paid(city, record, benefit, until)
            if fault:
                yield citizen, f"benefit {benefit.benefit_id} of {benefit.payer}: {fault}"
        if fault := of_a_death(city, citizen, record):
            yield citizen, fault


def of_standings(city: City, people: Iterable[Citizen]) -> Iterator[Fault]:
    """Of those to whom nothing happens: what each payer was told last."""
    for citizen in people:
        record = city.record(citizen)
        for benefit in record.benefits:
            if fault := _told_last(city, record, benefit):
                yield citizen, f"benefit {benefit.benefit_id} of {benefit.payer}: {fault}"


def of_files(city: City) -> Iterator[str]:
    """What each payer rebuilds from its files alone, and from its newest snapshot and the files after it, is what it
    came to by the events."""
    for payer, book in city.books.by_payer.items():
        for from_snapshot in (False, True):
            rebuilt = city.books.rebuilt(payer, city.services.s3, from_snapshot=from_snapshot)
            if rebuilt.benefits.keys() != book.benefits.keys():
                yield f"{payer} rebuilds {len(rebuilt.benefits)} benefits, and heard of {len(book.benefits)}"
                continue
            differ = [key for key in book.benefits if not _same(book, rebuilt, key, city.today)]
            if differ:
                how = "its snapshot and files" if from_snapshot else "its files"
                yield f"{payer} rebuilds {len(differ)} benefits otherwise from {how}, the first of {differ[0][0]}"


def of_chains(city: City, people: Iterable[Citizen]) -> Iterator[Fault]:
    """Each chain of the ledger is whole, and the register is what it tells."""
    found = phone.get_beneficiary()
    check = LedgerCheck(found.register, found.ledger)
    for citizen in people:
        if fault := check(citizen.beneficiary_id):
            yield citizen, fault


def of_holds(city: City, held: Iterable[tuple[str, int, str]]) -> Iterator[Fault]:
    """Nobody was held without word of that very year that really reached them, the grace days and an approval, and
    nobody by the payer that never holds. `held` are people, numbers of entries and benefits."""
    ledger = phone.get_beneficiary().ledger
    for who, seq, benefit_id in held:
        citizen = city.by_id[who]
        entries = [entry for entry in ledger.entries(who) if entry.seq <= seq]
        for fault in _wrongly_held(city, citizen, entries, benefit_id):
            yield citizen, f"benefit {benefit_id} was held on {city.services.clock.day_of(entries[-1].at)}: {fault}"


def of_lists(city: City) -> Iterator[Fault]:
    """Whoever lapsed and was reached by nothing, whoever has no contact, and whoever's message failed stands in the
    list for that of the district where they live; and nobody is listed as not told who was."""
    stands = {
        wanted: {one.beneficiary_id: district for district in DISTRICTS for one in listed(city, district, wanted)}
        for wanted in (WorkList.LAPSED_UNTOLD, WorkList.NO_CONTACT, WorkList.NOTICE_FAILED, WorkList.LAPSED)
    }
    told = {(who, year) for who, year, _ in city.told - city.undone}
    for citizen in city.by_id.values():
        record, who = city.record(citizen), citizen.beneficiary_id
        open_ = record.status is not Status.TERMINATED
        lapsed = open_ and record.valid_until < city.today and record.lapsed
        failed = city.undelivered.get(who) == (citizen.phone, record.valid_until)
        untold = (who, record.valid_until) not in told
        wanted = {
            WorkList.LAPSED: lapsed,
            WorkList.LAPSED_UNTOLD: lapsed and untold,
            WorkList.NO_CONTACT: open_ and not citizen.phone,
        }
        if failed and open_ and untold:
            wanted[WorkList.NOTICE_FAILED] = True
        for name, must in wanted.items():
            where = stands[name].get(who)
            if must and where != citizen.district:
                yield citizen, f"must stand in the list {name} of {citizen.district}, and stands in {where}"
            if not must and where:
                yield citizen, f"stands in the list {name} of {where}, and has no business there"


def of_nights(city: City) -> Iterator[Fault]:
    """Nobody's year is over unseen, and no planned end has passed."""
    for citizen in city.by_id.values():
        record = city.record(citizen)
        if record.status is Status.ACTIVE and record.valid_until < city.today and not _spared(record, city.today):
            yield citizen, f"the year ended on {record.valid_until}, and no sweep saw it"
        late = [one for one in record.open_benefits if one.planned_end and one.planned_end <= city.today]
        if late:
            yield citizen, f"benefit {late[0].benefit_id} was to end on {late[0].planned_end}, and did not"


def of_a_death(city: City, citizen: Citizen, record: Beneficiary) -> str:
    """Who died is ended from the day of their death; who lives is not, but for a mistake that is being put right; and
    of whose death the office was told, two clerks end it."""
    ends = [(one.start, one.end.on) for one in record.benefits if one.end and one.end.cause is EndCause.DECEASED]
    ended = {on for _, on in ends}
    waits = timedelta(days=PUT_RIGHT_WITHIN)
    died = citizen.died_on
    # What had not begun by then ends on the day on which it was to begin (adr/0063).
    wrong = died and [on for start, on in ends if on != max(died, start or died)]
    if wrong and citizen.wrong_end is None:
        return f"they died on {citizen.died_on}, and their benefits ended on {_days(ended)}"
    if ended and citizen.alive and citizen.wrong_end is None:
        return f"they live, and their benefits ended on {_days(ended)} for a death that nobody said"
    if ended and citizen.alive and citizen.corrected_on and city.today > citizen.corrected_on + waits:
        return f"they live, which two clerks were to put right from {citizen.corrected_on} on"
    if citizen.reported_on and city.today > citizen.reported_on + waits and record.open_benefits:
        return f"their death was told on {citizen.reported_on}, and something is paid still"
    return ""


def _same(book: Any, rebuilt: Any, key: tuple[str, str], until: date) -> bool:
    """Whether two books have the same of a benefit. A snapshot keeps of the past no more than what was paid."""
    one, other = book.benefits[key], rebuilt.benefits[key]
    if one == other:
        return True
    same = (one.seq, one.standing, one.known) == (other.seq, other.standing, other.known)
    return same and book.times_paid(*key, until) == rebuilt.times_paid(*key, until)


def _spared(record: Beneficiary, today: date) -> bool:
    reprieve = record.reprieve
    return bool(reprieve and reprieve.valid_until == record.valid_until and reprieve.until >= today)


def _told_last(city: City, record: Beneficiary, benefit: Benefit) -> str:
    account = city.books.by_payer[benefit.payer].benefits.get((record.beneficiary_id, benefit.benefit_id))
    if account is None:
        return "its payer never heard of it"
    standing, told = record.standing_of(benefit), account.standing
    wanted: dict[str, object] = {
        "status": str(standing.status),
        "payment_held": standing.is_held,
        "unpaid_since": _iso(standing.unpaid_since),
        "payer_reference": benefit.payer_reference,
    }
    if not benefit.end:
        wanted |= {"valid_until": _iso(standing.valid_until), "held_since": _iso(standing.held_since)}
    for name, value in wanted.items():
        if told[name] != value:
            return f"the register has {name} {value}, and its payer was told {told[name]}"
    known: dict[str, Any] = {"category": str(benefit.category), "district": benefit.district}
    for name, value in known.items():
        if account.known.get(name) != value:
            return f"the register has {name} {value}, and its payer was told {account.known.get(name)}"
    return ""


def _paid(city: City, record: Beneficiary, benefit: Benefit, until: date) -> str:
    book = city.books.by_payer[benefit.payer]
    times = book.times_paid(record.beneficiary_id, benefit.benefit_id, until)
    begins, after = benefit.start or until, until + timedelta(days=1)
    settled = min(benefit.unpaid_since or after, after)
    due = set(payer_example().days(begins, settled - timedelta(days=1)))
    wrong = sorted(day for day in {*times, *due} if times[day] != (day in due))
    if not wrong:
        return ""
    first, since = wrong[0], benefit.unpaid_since or "never"
    return (
        f"{first} was paid {times[first]} times and not {int(first in due)}, as {len(wrong)} days in all;"
        f" it begins on {begins}, and the register says that it is unpaid since {since}"
    )


def _wrongly_held(city: City, citizen: Citizen, entries: list[LedgerEntry], benefit_id: str) -> Iterator[str]:
    entry = entries[-1]
    facts = next(one for one in facts_of(entry) if one["benefit"] == benefit_id)
    if facts["payer"] != HOLDING:
        yield f"{facts['payer']} never holds"
    year = date.fromisoformat(str(entry.details["valid_until"]))
    told_on = date.fromisoformat(str(entry.details["notice_delivered_on"]))
    if (citizen.beneficiary_id, year, told_on) not in city.told:
        yield f"nothing that was said of the year until {year} reached them on {told_on}"
    on = city.services.clock.day_of(entry.at)
    begins = max(year, told_on, *_begun_anew(city, entries[:-1], benefit_id))
    if (on - begins).days <= city.grace:
        yield f"the grace days from {begins} on were not over"
    if (str(entry.details["batch_id"]), citizen.beneficiary_id, benefit_id, year) not in city.approved:
        yield "no office approved"


def _begun_anew(city: City, entries: list[LedgerEntry], benefit_id: str) -> Iterator[date]:
    """The days on which grace days began anew before a hold, by somebody else's doing."""
    covered = ""
    for entry in entries:
        day, mine = city.services.clock.day_of(entry.at), [one.get("benefit") for one in facts_of(entry)]
        if entry.event is LedgerEvent.CERTIFICATE_REVOKED and covered > str(entry.details["valid_until"]):
            yield day
        if entry.event in (LedgerEvent.CORRECTED, LedgerEvent.BENEFIT_ADDED) and benefit_id in mine:
            yield day
        if entry.event is LedgerEvent.REGISTERED:
            yield day
        if entry.event is LedgerEvent.NOTICE_VOIDED and "grace_from" in entry.details:
            yield day
        covered = str(entry.details.get("valid_until", covered))


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _days(days: Iterable[date]) -> str:
    return ", ".join(map(str, sorted(days)))
