"""What one clerk puts right in a record: with a ground, told to the ledger and the payer, and moving no day."""

import gzip
import json
from dataclasses import replace
from itertools import permutations

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from lifecert.application.office.amend_record import MOST_NAMES_A_YEAR, Amendment, AmendRecord, RightRecord
from lifecert.application.office.report_death import NamedPerson, ReportDeath
from lifecert.application.shared.finding import by_number_and_name
from lifecert.domain.actor import User
from lifecert.domain.amendment import Amended, AmendGround
from lifecert.domain.beneficiary import FORMER_NAMES, Beneficiary
from lifecert.domain.category import Category
from lifecert.domain.change import Change
from lifecert.domain.errors import (
    BeneficiaryNotFound,
    BenefitNotFound,
    EntitlementEnded,
    GroundUnsuitable,
    NotAllowed,
    NothingToAmend,
    TransitionRefused,
    VersionConflict,
)
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.hold import HoldChoice
from lifecert.domain.ledger import LedgerEvent, facts_of, verify_chain
from lifecert.domain.person import IdNumber
from lifecert.domain.published import published_events
from lifecert.domain.review import ReviewKind
from lifecert.domain.snapshot import part_content
from lifecert.domain.status import EndCause
from ops.verify_ledger import LedgerCheck
from tests.support.builders import CLERK, HELPER, an_id, start_limits
from tests.support.entitled import Person
from tests.support.fakes.access import references_of_payers
from tests.support.fakes.keys import FakePersonKeys
from tests.support.holding import GRACE
from tests.support.payer_example import payer_example
from tests.support.templates import ROOT

MOVED = AmendGround.MOVED_HOUSE


def amending(person: Person) -> AmendRecord:
    store = person.store
    return AmendRecord(store.register, store.ledger, person.clock, FakePersonKeys(), references_of_payers(store))


def amend(person: Person, asked: RightRecord, ground: AmendGround = MOVED, key: str | None = None) -> Amendment:
    use_case = amending(person)
    made = use_case(person.who, asked, ground, CLERK, key or an_id())
    assert LedgerCheck(person.store.register, person.store.ledger)(person.who) is None
    return made


def test_somebody_who_moved_house_has_another_district_and_nothing_else() -> None:
    person = Person(-400)
    before = person.now
    made = amend(person, RightRecord(benefit_id="1", district="330106"))
    assert made == Amendment(person.who, "1", (Amended.DISTRICT,))
    benefit = person.now.benefits[0]
    assert benefit == replace(before.benefits[0], district="330106")
    assert person.now == replace(
        before, benefits=(benefit,), version=person.now.version, ledger_head=person.now.ledger_head
    )
    entry = person.store.entries[person.who][-1]
    assert (entry.event, entry.details["ground"], entry.details["changed"]) == (LedgerEvent.AMENDED, MOVED, "district")
    (facts,) = facts_of(entry)
    assert (facts["district_before"], facts["district"]) == ("110101", "330106")
    assert verify_chain(person.store.entries[person.who]) == person.now.version


def test_the_payer_alone_is_told_both_references() -> None:
    person = Person(-100)
    person.also(-50)
    amend(person, RightRecord(benefit_id="2", payer_reference="A-1"), AmendGround.MISTYPED)
    amend(person, RightRecord(benefit_id="2", payer_reference="A-2"), AmendGround.RENUMBERED)
    (told,) = published_events(person.store.entries[person.who][-1])
    assert (told.type, told.payer, told.detail["benefit"]) == ("BeneficiaryAmended", "bureau", "2")
    assert (told.detail["payer_reference_before"], told.detail["payer_reference"]) == ("A-1", "A-2")
    found = references_of_payers(person.store).find("bureau", "A-2", 20)
    assert found == (person.who,), "by which staff find them from now on"
    assert "ground" not in told.detail
    for benefit in ("1", "2"):
        assert not person.wrong_days(benefit)


def test_a_category_without_a_grade_takes_the_grade_away() -> None:
    person = Person(-100)
    benefit = replace(person.now.benefits[0], category=Category.INJURY_DISABILITY, injury_grade=3)
    person.store.beneficiaries[person.who] = replace(person.now, benefits=(benefit,))
    use_case = amending(person)
    wrong = RightRecord(benefit_id="1", category=Category.RESIDENT_PENSION)
    use_case(person.who, wrong, AmendGround.RECLASSIFIED, CLERK, an_id())
    (facts,) = facts_of(person.store.entries[person.who][-1])
    assert (facts["injury_grade_before"], facts["injury_grade"]) == (3, None)
    assert person.now.benefits[0].injury_grade is None


def test_who_is_renamed_is_found_by_the_new_name_and_the_ledger_names_nobody() -> None:
    person, keys = Person(-100), FakePersonKeys()
    number = IdNumber.parse("11010519491231002X")

    def found(name: str) -> Beneficiary | None:
        return by_number_and_name(person.store.register, keys, number, name)

    before = person.now
    assert found("王小明") == before
    made = amend(person, RightRecord("王 晓梅"), AmendGround.RENAMED)
    assert made == Amendment(person.who, None, (Amended.NAME,))
    assert found("王小明") is None
    assert found("王晓梅") == person.now
    assert (person.now.masked_name, person.now.person_key) == ("王* 晓*", before.person_key)
    entry = person.store.entries[person.who][-1]
    assert (entry.details["changed"], entry.details["benefits"]) == ("name", [])
    told = json.dumps(dict(entry.details), ensure_ascii=False)
    assert not any(one in told for one in ("王", "晓", before.name_key, person.now.name_key))
    assert published_events(entry) == ()
    with pytest.raises(NothingToAmend):
        amend(person, RightRecord("王 晓梅"), AmendGround.RENAMED)
    with pytest.raises(GroundUnsuitable):
        amend(person, RightRecord("王晓红"), MOVED)


def test_by_a_name_that_a_clerk_replaced_the_family_still_reports_a_death() -> None:
    """One clerk amended the name of somebody who had died: the child's report by the true one found nobody."""
    person, keys = Person(-100), FakePersonKeys()
    store, number = person.store, IdNumber.parse("11010519491231002X")
    report = ReportDeath(store.register, keys, person.clock, HelpLines("12333", {}), store.limits, start_limits())
    for n in range(FORMER_NAMES + 3):
        if n and n % MOST_NAMES_A_YEAR == 0:
            with pytest.raises(TransitionRefused):
                amend(person, RightRecord("王晓丙"), AmendGround.MISTYPED)
            # What one clerk did wrong so often a colleague puts right the same day.
            colleague = replace(CLERK, user_id="colleague")
            amending(person)(person.who, RightRecord("王小明"), AmendGround.MISTYPED, colleague, an_id())
            assert by_number_and_name(store.register, keys, number, "王小明") == person.now
            person.clock.move(days=366)
        amend(person, RightRecord("王晓" + "一二三四五六七八九十甲乙"[n]), AmendGround.MISTYPED)
    assert len(person.now.former_name_keys) == FORMER_NAMES
    assert by_number_and_name(store.register, keys, number, "王小明") is None, "nothing else is done by it"
    case = report.of_person(NamedPerson("王小明", number), None, User("child"))
    assert person.now.open_case(ReviewKind.DEATH_REPORT, "child") is not None
    assert store.reviews[case].beneficiary_id == person.who
    with pytest.raises(BeneficiaryNotFound):
        report.of_person(NamedPerson("王小红", number), None, User("child"))


def test_each_earlier_name_is_kept_once() -> None:
    person = Person(-100)
    first = person.now.name_key
    for name in ("王晓明", "王小明", "王晓明"):
        amend(person, RightRecord(name), AmendGround.MISTYPED)
    assert person.now.former_name_keys[0] == first
    assert len(person.now.former_name_keys) == 2


def test_name_and_benefit_are_one_entry_and_of_an_unchanged_benefit_nothing_is_told() -> None:
    person = Person(-100)
    both = RightRecord("王晓梅", "1", "330106", Category.SURVIVOR_ALLOWANCE)
    made = amend(person, both, AmendGround.MISTYPED, key="both")
    assert made == Amendment(person.who, "1", (Amended.NAME, Amended.DISTRICT))
    assert amend(person, both, AmendGround.MISTYPED, key="both") == made
    again = amend(person, replace(both, name="王晓红"), AmendGround.MISTYPED, key="again")
    assert again == Amendment(person.who, None, (Amended.NAME,))
    assert published_events(person.store.entries[person.who][-1]) == ()


def test_a_repeat_changes_nothing_more() -> None:
    person = Person(-100)
    first = amend(person, RightRecord(benefit_id="1", district="330106"), key="key-1")
    amend(person, RightRecord(benefit_id="1", district="310101"), key="key-2")
    version = person.now.version
    assert amend(person, RightRecord(benefit_id="1", district="330106"), key="key-1") == first
    assert (person.now.version, person.now.district) == (version, "310101")


def test_what_is_refused_changes_nothing() -> None:
    person = Person(-100)
    person.also(-50)
    person.end(EndCause.MOVED, benefit_id="2")
    version = person.now.version
    use_case = amending(person)
    with pytest.raises(NothingToAmend):
        amend(person, RightRecord(None, "1", "110101", Category.SURVIVOR_ALLOWANCE), AmendGround.MISTYPED)
    with pytest.raises(EntitlementEnded):
        amend(person, RightRecord(None, "2", "330106"))
    with pytest.raises(BenefitNotFound):
        amend(person, RightRecord(None, "3", "330106"))
    with pytest.raises(BeneficiaryNotFound):
        use_case(an_id(), RightRecord(None, "1", "330106"), MOVED, CLERK, an_id())
    with pytest.raises(NotAllowed):
        use_case(person.who, RightRecord(None, "1", "330106"), MOVED, HELPER, an_id())
    assert person.now.version == version


@pytest.mark.parametrize(
    ("asked", "ground"),
    [
        (RightRecord(benefit_id="1", category=Category.INJURY_CARE), MOVED),
        (RightRecord(benefit_id="1", district="330106"), AmendGround.RENUMBERED),
        (RightRecord(benefit_id="1", payer_reference="A"), AmendGround.RECLASSIFIED),
        # One ground for all that it is given for.
        (RightRecord(None, "1", "330106", Category.INJURY_CARE), MOVED),
    ],
)
def test_a_ground_belongs_to_what_it_is_given_for(asked: RightRecord, ground: AmendGround) -> None:
    with pytest.raises(GroundUnsuitable):
        amend(Person(-100), asked, ground)


def test_who_collides_with_another_change_is_told_so_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person(-100)

    def taken(_self: object, _change: Change) -> None:
        raise VersionConflict

    monkeypatch.setattr(type(person.store.register), "commit", taken)
    with pytest.raises(VersionConflict):
        amend(person, RightRecord(None, "1", "330106"))


def test_a_doubt_stays_whatever_is_put_right() -> None:
    person = Person(-100, known_to_two=False)
    assert person.now.doubts
    doubts = person.now.doubts
    amend(person, RightRecord(None, "1", "330106"))
    assert person.now.doubts == doubts


def test_what_one_office_was_to_hold_another_judges_after_all_grace_days() -> None:
    person = Person(-364)
    person.nights(3)
    assert person.deliver(person.who)
    person.nights(GRACE + 1)
    batch = person.the_batch()
    amend(person, RightRecord(None, "1", "330106"))
    (benefit,) = person.now.benefits
    assert (benefit.hold_proposal, benefit.grace_from) == (None, person.clock.today())
    person.decide(HoldChoice.ALL)
    person.nights()
    assert person.now.held_since is None, "the office of before has nothing more to say"
    person.nights(GRACE)
    again = person.the_batch()
    assert (again.district, again.batch_id != batch.batch_id) == ("330106", True)
    person.decide(HoldChoice.ALL)
    person.nights()
    assert person.now.held_since == person.clock.today()
    amend(person, RightRecord(benefit_id="1", district="310101"))
    (told,) = published_events(person.store.entries[person.who][-1])
    assert told.detail["held_since"] == told.detail["unpaid_since"] == person.clock.today().isoformat()
    schema = json.loads((ROOT / "infra/schemas/BeneficiaryAmended.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json.loads(json.dumps(dict(told.detail))))
    assert LedgerCheck(person.store.register, person.store.ledger)(person.who) is None
    assert not person.wrong_days("1")


def test_in_whatever_order_a_payer_hears_of_it_it_knows_the_newest() -> None:
    person = Person(-100)
    amend(person, RightRecord(None, "1", "330106", Category.EMPLOYEE_PENSION), AmendGround.MISTYPED)
    amend(person, RightRecord(None, "1", "310101", payer_reference="A-2"))
    told = [event.detail for entry in person.store.entries[person.who] for event in published_events(entry)]
    newest = {"category": "employee_pension", "district": "310101", "start": told[0]["start"]}
    for order in permutations(told):
        state = payer_example().State()
        for detail in order:
            state.apply(detail)
        benefit = state.benefits[person.who, "1"]
        assert (benefit.known, benefit.standing["payer_reference"]) == (newest, "A-2")
        content = None
        for detail in order:
            content = part_content(content, [json.dumps({"detail": dict(detail)}).encode()])
        line = json.loads(gzip.decompress(content or b""))
        assert {name: line[name] for name in newest} == newest
        assert line["payer_reference"] == "A-2"


def test_no_benefit_is_amended_into_a_category_that_two_clerks_ended() -> None:
    """One clerk gave again what two had ended, by amending what went on."""
    person = Person(-100)
    person.also(-50)
    person.end(EndCause.OTHER, benefit_id="2")
    survivor, pension = Category.SURVIVOR_ALLOWANCE, Category.RESIDENT_PENSION
    amend(person, RightRecord(benefit_id="1", category=pension), AmendGround.RECLASSIFIED)
    with pytest.raises(TransitionRefused):
        amend(person, RightRecord(benefit_id="1", category=survivor), AmendGround.RECLASSIFIED)
    assert [one.category for one in person.now.benefits] == [pension, survivor]
