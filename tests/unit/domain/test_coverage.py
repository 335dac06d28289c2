"""What covers a person once a certificate does not count."""

from datetime import UTC, date, datetime

from lifecert.domain.actor import Actor, Role
from lifecert.domain.coverage import Coverage, coverage_without, held_before
from lifecert.domain.ledger import Detail, LedgerEntry, LedgerEvent

AT = datetime(2026, 8, 1, 1, 0, tzinfo=UTC)


def entry(event: LedgerEvent, **details: Detail) -> LedgerEntry:
    return LedgerEntry("beneficiary-1", 1, event, AT, Actor("clerk-1", Role.CLERK), details)


REGISTERED = entry(LedgerEvent.REGISTERED, valid_until="2026-06-30")
FIRST = entry(LedgerEvent.CERTIFIED, certificate_id="first", certified_on="2026-06-01", valid_until="2027-06-01")
SECOND = entry(LedgerEvent.CERTIFIED, certificate_id="second", certified_on="2026-07-01", valid_until="2027-07-01")
COVERS_FIRST, JULY = Coverage(date(2027, 6, 1), "first", date(2026, 6, 1)), date(2026, 7, 1)
REVOKED = entry(LedgerEvent.CERTIFICATE_REVOKED, certificate_id="first")


def test_the_newest_other_certificate_covers() -> None:
    assert coverage_without([REGISTERED, FIRST, SECOND], "second") == COVERS_FIRST
    assert coverage_without([REGISTERED, FIRST, SECOND], "first") == Coverage(date(2027, 7, 1), "second", JULY)


def test_one_that_was_revoked_before_covers_nobody_and_registration_does() -> None:
    assert coverage_without([REGISTERED, FIRST, REVOKED, SECOND], "second") == Coverage(date(2026, 6, 30), None)


def test_a_certificate_covers_its_own_year_whatever_had_covered_until_later() -> None:
    """A match of an early day keeps the later end; what it covers by itself is the year after that day."""
    kept = entry(LedgerEvent.CERTIFIED, certificate_id="early", certified_on="2026-03-01", valid_until="2027-07-01")
    assert coverage_without([kept, SECOND], "second") == Coverage(date(2027, 3, 1), "early", date(2026, 3, 1))


def test_one_without_its_day_covers_until_the_day_it_states() -> None:
    dayless = entry(LedgerEvent.CERTIFIED, certificate_id="dayless", valid_until="2027-05-05")
    assert coverage_without([dayless, SECOND], "second") == Coverage(date(2027, 5, 5), "dayless")


def test_of_two_that_reach_as_far_the_later_covers() -> None:
    again = entry(LedgerEvent.CERTIFIED, certificate_id="again", certified_on="2026-06-01")
    assert coverage_without([FIRST, again, SECOND], "second") == Coverage(date(2027, 6, 1), "again", date(2026, 6, 1))


def test_a_registration_may_reach_further_than_the_newest_certificate() -> None:
    """Somebody whose benefit starts in a year, certified twice before: the first of the two counts again."""
    later = entry(LedgerEvent.REGISTERED, valid_until="2028-06-30")
    assert coverage_without([later, FIRST, SECOND], "second") == Coverage(date(2028, 6, 30), "first", date(2026, 6, 1))


def test_nothing_covers_when_the_ledger_does_not_say() -> None:
    assert coverage_without([entry(LedgerEvent.REGISTERED), SECOND], "second") is None
    assert coverage_without([], "second") is None


def test_a_hold_of_a_year_is_found_by_its_benefit() -> None:
    """Of two benefits each may have been held on a day of its own, and in another year again."""

    def held(benefit: str, since: str, valid_until: str = "2026-06-30") -> LedgerEntry:
        return entry(
            LedgerEvent.PAYMENT_HELD, valid_until=valid_until, benefits=[{"benefit": benefit, "held_since": since}]
        )

    entries = [REGISTERED, held("1", "2026-10-01"), held("2", "2026-11-05"), held("2", "2027-12-01", "2027-06-30")]
    year = date(2026, 6, 30)
    assert held_before(entries, "1", year) == date(2026, 10, 1)
    assert held_before(entries, "2", year) == date(2026, 11, 5)
    assert held_before(entries, "2", date(2027, 6, 30)) == date(2027, 12, 1)
    assert held_before(entries, "1", date(2027, 6, 30)) is None
