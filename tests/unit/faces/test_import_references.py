"""Photos come in by a list: each through the checks of an enrolment, by two people, once, whatever dies."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from lifecert.application.office import import_register
from lifecert.application.office.prepare_import import ReleaseImport
from lifecert.domain.acts import MOST_ACTS_DAY, ActsOfDay
from lifecert.domain.audit import is_drawn
from lifecert.domain.benefit import BenefitEnd
from lifecert.domain.errors import ImportDigestDiffers, SecondClerkNeeded
from lifecert.domain.intake import FileFault, ImportKind, ImportState, Phase, RegisterImport
from lifecert.domain.ledger import LedgerEvent, verify_chain
from lifecert.domain.open_case import OpenCase
from lifecert.domain.review import ReviewKind
from lifecert.domain.scope import Scope
from lifecert.domain.status import EndCause
from lifecert.entry.http.bodies.register_imports import ImportShown
from ops.recorded import Recorded
from tests.support.builders import CLERK
from tests.support.intake_world import CHEN, LI, SECOND, WANG
from tests.support.mortal import Life, killed_once
from tests.support.photo_world import CONSENT, PHOTOS, PhotoIntake, photo


@pytest.fixture
def intake() -> PhotoIntake:
    office = PhotoIntake()
    office.bring(wang="face-1", li="face-2")
    return office


def told(office: PhotoIntake, *lines: str, header: str = PHOTOS) -> list[tuple[int, str]]:
    return office.told(office.look(*lines, header=header, key=str(len(office.runs.runs))))


def counted(office: PhotoIntake, *lines: str, header: str = PHOTOS) -> dict[str, int]:
    """What a dry run counts of the register, and tells of no line."""
    checked = office.look(*lines, header=header, key=str(len(office.runs.runs)))
    assert office.told(checked) == []
    assert checked.checked
    return checked.checked.refused | checked.checked.known


# --- a good list ---------------------------------------------------------------------------------------------------


def test_photos_are_enrolled_by_two_with_the_consent_that_the_list_names(intake: PhotoIntake) -> None:
    checked = intake.look(photo("wang.jpg", WANG, "P-1"), photo("li.jpg", LI, "P-2"))
    assert checked.checked
    assert (checked.state, checked.kind, checked.checked.people) == (ImportState.CHECKED, ImportKind.REFERENCES, 2)
    assert not intake.wang().has_reference, "a dry run enrols nobody"
    assert set(intake.brought.photos) == {"wang.jpg", "li.jpg"}
    done = intake.release(checked)
    assert (done.state, done.registered) == (ImportState.FINISHED, checked.checked)
    wang = intake.wang()
    (reference_id,) = wang.reference_ids
    assert wang.has_reference
    assert wang.reference_on == date(2024, 3, 5)
    assert wang.enrolled_by == (f"import:{done.import_id}", CLERK.user_id), "who prepared it is who enrolled"
    assert wang.consent
    assert (wang.consent.version, wang.consent.given_at.date(), wang.consent.guardian) == (
        "1",
        date(2024, 3, 5),
        False,
    )
    entries = intake.store.entries[wang.beneficiary_id]
    details = entries[-1].details
    assert (entries[-1].event, entries[-1].actor.actor_id) == (LedgerEvent.REFERENCE_ENROLLED, CLERK.user_id)
    assert (details["import_id"], details["released_by"]) == (done.import_id, SECOND.user_id)
    assert (details["source"], details["line_key"], details["consent_source"]) == ("hr", "P-1", "paper_form")
    assert verify_chain(entries) == 2
    stored = intake.store.references_by_id[wang.beneficiary_id, reference_id]
    assert intake.photos.kept[stored.photo_key] == b"face-1"
    assert not intake.brought.photos, "what is enrolled is nowhere twice"
    assert not wang.counter_photo_on, "nobody saw the person"
    assert not wang.open_cases


def test_what_is_stored_is_what_the_ledger_tells(intake: PhotoIntake) -> None:
    intake.enrol(photo("wang.jpg", WANG))
    recorded, person = Recorded(), intake.wang()
    for entry in intake.store.entries[person.beneficiary_id]:
        recorded.take(entry)
    assert not recorded.differences(person)


def test_the_same_list_once_more_enrols_nothing_and_needs_no_photo(intake: PhotoIntake) -> None:
    lines = photo("wang.jpg", WANG, "P-1"), photo("li.jpg", LI, "P-2")
    intake.enrol(*lines)
    again = intake.enrol(*lines, key="photos-2")
    assert intake.told(again) == [(2, "photo_missing"), (3, "photo_missing")], "as of any photo that is not there"
    assert again.checked
    assert (again.checked.known, again.checked.refused) == ({"already_enrolled": 2}, {}), "how many; the release which"
    assert intake.told(again, Phase.REGISTER) == [(2, "already_enrolled"), (3, "already_enrolled")]
    assert again.registered
    assert (again.registered.people, again.registered.known) == (0, {"already_enrolled": 2})
    assert len(intake.store.entries[intake.wang().beneficiary_id]) == 2


def test_people_are_named_by_a_payers_reference_or_by_the_line_that_brought_them() -> None:
    office = PhotoIntake()
    office.bring(wang="face-1", li="face-2")
    by_line = "photo,captured_on,consent_version,consent_on,consent_source,register_source,register_line_key,name"
    done = office.enrol(
        f"wang.jpg,2024-03-05,{CONSENT},hr,A-1,王淑芬", f"li.jpg,2024-03-05,{CONSENT},hr,A-9,", header=by_line
    )
    assert (office.told(done), office.told(done, Phase.REGISTER)) == ([], [(3, "person_unknown")])
    assert office.wang().has_reference
    header = "photo,captured_on,consent_version,consent_on,consent_source,payer,payer_reference"
    assert counted(office, f"li.jpg,2024-03-05,{CONSENT},fund,P-1", header=header) == {"person_unknown": 1}
    person = replace(office.of(LI), benefits=(replace(office.of(LI).benefits[0], payer="fund", payer_reference="P-1"),))
    office.store.beneficiaries[person.beneficiary_id] = person
    office.store.payment_references.note([office.keys.reference_key("fund", "P-1")], person.beneficiary_id)
    done = office.enrol(f"li.jpg,2024-03-05,{CONSENT},fund,P-1", header=header, key="by-reference")
    assert office.told(done) == []
    assert office.of(LI).has_reference


def test_a_hint_to_a_line_that_never_brought_anybody_finds_nobody(intake: PhotoIntake) -> None:
    key = intake.keys.reference_key("register#hr", "A-7")
    intake.store.payment_references.note([key], intake.wang().beneficiary_id)
    header = "photo,captured_on,consent_version,consent_on,consent_source,register_source,register_line_key"
    assert counted(intake, f"wang.jpg,2024-03-05,{CONSENT},hr,A-7", header=header) == {"person_unknown": 1}


# --- who needs a new photo, and why ----------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["blurred", "no_face", "several_faces", "file_damaged", "too_dark"])
def test_a_photo_that_an_enrolment_would_refuse_is_refused_for_its_reason(intake: PhotoIntake, reason: str) -> None:
    intake.bring(wang=reason)
    checked = intake.look(photo("wang.jpg", WANG), photo("li.jpg", LI))
    assert intake.told(checked) == [(2, reason)]
    assert checked.checked
    assert (checked.checked.people, checked.checked.refused) == (1, {reason: 1})
    done = intake.release(checked)
    assert intake.told(done, Phase.REGISTER) == [(2, reason)]
    assert not intake.wang().has_reference


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (photo("wang.jpg", ""), "person"),
        (photo("wang.jpg", "123"), "id_number"),
        (photo("gone.jpg", WANG), "photo_missing"),
        (photo("../wang.jpg", WANG), "photo"),
        (photo(f"{WANG}.jpg", WANG), "photo"),
        (photo("", WANG), "photo"),
        (photo("wang.jpg", WANG, taken="2027-01-01"), "captured_on"),
        (photo("wang.jpg", WANG, taken=""), "captured_on"),
        (photo("wang.jpg", WANG, key=WANG), "line_key"),
        (f"wang.jpg,2024-03-05,9,2024-03-05,paper_form,{WANG},", "consent_version"),
        (f"wang.jpg,2024-03-05,1,2027-03-05,paper_form,{WANG},", "consent_on"),
        (f"wang.jpg,2024-03-05,1,,paper_form,{WANG},", "consent_on"),
        (f"wang.jpg,2024-03-05,1,2024-03-05,,{WANG},", "consent_source"),
    ],
)
def test_a_line_is_refused_by_itself(intake: PhotoIntake, line: str, why: str) -> None:
    assert told(intake, line, photo("li.jpg", LI)) == [(2, why)]


def test_a_photo_of_another_name_is_refused(intake: PhotoIntake) -> None:
    header = f"{PHOTOS},name"
    assert counted(intake, f"{photo('wang.jpg', WANG)},李大山", header=header) == {"name_differs": 1}


def test_one_photo_is_of_one_person_and_one_person_has_one_photo_in_a_list(intake: PhotoIntake) -> None:
    intake.bring(copy="face-1")
    lines = photo("wang.jpg", WANG), photo("copy.jpg", LI), photo("li.jpg", WANG)
    done = intake.enrol(*lines)
    assert intake.told(done) == [(3, "photo_twice")]
    assert done.checked
    assert done.checked.refused == {"photo_twice": 1, "person_twice": 1}
    assert intake.told(done, Phase.REGISTER) == [(3, "photo_twice"), (4, "person_twice")]
    assert not intake.of(LI).has_reference


@pytest.mark.parametrize("content", ["blurred", "face-7", None])
def test_a_dry_run_tells_of_no_number_whether_somebody_has_it(content: str | None) -> None:
    """Whoever has a clerk's account for a night would try out a whole district's numbers by one look-up, by photos that
    are there or not, good or bad, once or twice, and learn besides whose pension has ended."""
    told = []
    for number in (WANG, LI, CHEN):  # as ever, one who has ended, nobody
        office = PhotoIntake()
        office.bring(**({"guess": content} if content else {}), other="face-8", mine="face-9")
        ended = [replace(one, end=BenefitEnd(date(2026, 1, 1), EndCause.OTHER)) for one in office.of(LI).benefits]
        office.store.beneficiaries[office.of(LI).beneficiary_id] = office.of(LI).with_benefits(ended)
        lines = photo("guess.jpg", number), photo("other.jpg", number), photo("guess.jpg", WANG)
        told.append(office.told(office.look(*lines)))
    assert told[0] == told[1] == told[2]


@pytest.mark.parametrize("content", ["blurred", "face-7", "face-8", None])
def test_nor_whether_that_number_was_enrolled_under_that_key(content: str | None) -> None:
    """Of a photo that is not there every line was told but that of whoever was enrolled: one file told it of a whole
    register, for keys are often row numbers."""
    told, counts = [], []
    for number in (WANG, LI, CHEN):  # enrolled under this key; under another; nobody
        office = PhotoIntake()
        office.bring(wang="face-1", li="face-2")
        office.enrol(photo("wang.jpg", WANG, "A-1"), photo("li.jpg", LI, "A-2"))
        office.bring(**({"guess": content} if content else {}), other="face-8")
        lines = photo("guess.jpg", number, "A-1"), photo("guess.jpg", WANG, "A-9"), photo("other.jpg", CHEN, "A-8")
        checked = office.look(*lines, key="guess")
        told.append(office.told(checked))
        assert checked.checked
        counts.append(checked.checked.known)
    assert told[0] == told[1] == told[2]
    assert counts == [{"already_enrolled": 1}, {}, {}]


def test_a_list_that_is_sent_again_says_truly_how_many_of_it_are_done(intake: PhotoIntake) -> None:
    """Photos are deleted once they are enrolled: what is missing on purpose is counted apart from what never came."""
    lines = photo("wang.jpg", WANG, "P-1"), photo("li.jpg", LI, "P-2")
    intake.brought.photos.pop("li.jpg")
    first = intake.enrol(*lines)
    assert intake.told(first) == [(3, "photo_missing")]
    again = intake.look(*lines, key="again")
    assert again.checked
    assert (again.checked.known, again.checked.refused) == ({"already_enrolled": 1}, {"photo_missing": 1})
    assert again.checked.lines == 2
    intake.bring(wang="face-1", li="face-2")  # the whole folder once more
    third = intake.look(*lines, key="third")
    assert third.checked
    assert (intake.told(third), third.checked.people) == ([], 1)
    done = intake.release(third)
    assert (done.registered and done.registered.people, intake.told(done, Phase.REGISTER)) == (
        1,
        [(2, "already_enrolled")],
    )


# --- whose face it is ------------------------------------------------------------------------------------------------


def as_told_to(one: RegisterImport, user_id: str) -> tuple[int, dict[str, int]]:
    """How many would be enrolled, and what is refused, as somebody reads it."""
    shown = ImportShown.of(one, replace(CLERK, user_id=user_id)).checked
    assert shown
    return shown.people, dict(shown.refused)


def test_whoever_prepared_a_list_learns_of_no_face_whose_it_is(intake: PhotoIntake) -> None:
    """By lists that each halve the one before, with a photo changed by a byte in every line, one clerk found whose face
    it was among a hundred thousand people in seventeen look-ups."""
    intake.enrol(photo("wang.jpg", WANG, "1"), photo("li.jpg", LI, "2"))
    read = []
    for whose in (WANG, LI):
        intake.bring(a="face-1-a", b="face-1-b", c="face-1-c")
        lines = photo("a.jpg", whose, "3"), photo("b.jpg", whose, "4"), photo("c.jpg", CHEN, "5")
        checked = intake.look(*lines, key=f"half {whose}")
        assert intake.told(checked) == []
        read.append({who: as_told_to(checked, who) for who in ("clerk-1", SECOND.user_id)})
    assert read[0]["clerk-1"] == read[1]["clerk-1"] == (1, {"person_twice": 1, "person_unknown": 1})
    # Whoever is to release it sees that these are other people's photos, and does not.
    assert read[0][SECOND.user_id] == (1, {"person_twice": 1, "person_unknown": 1})
    assert read[1][SECOND.user_id] == (0, {"face_differs": 1, "person_twice": 1, "person_unknown": 1})


def test_nor_does_whoever_let_it_be_checked_and_both_read_what_became_of_it(intake: PhotoIntake) -> None:
    intake.enrol(photo("wang.jpg", WANG, "1"))
    intake.bring(other="face-2-b")
    checked = intake.look(photo("other.jpg", WANG, "2"), key="second")
    started = replace(checked, prepared_by="clerk-8", started_by="clerk-9")
    assert [as_told_to(started, who)[0] for who in ("clerk-8", "clerk-9", "clerk-7")] == [1, 1, 0]
    done = intake.release(checked)
    shown = ImportShown.of(done, CLERK)
    assert shown.registered
    assert shown.registered.refused == {"face_differs": 1}
    assert intake.told(done, Phase.REGISTER) == [(2, "face_differs")]


def test_of_two_photos_of_one_person_the_first_counts_whether_it_is_like_them_or_not(intake: PhotoIntake) -> None:
    intake.enrol(photo("wang.jpg", WANG, "1"))
    intake.bring(other="face-2-b", same="face-1-b")
    done = intake.enrol(photo("other.jpg", WANG, "2"), photo("same.jpg", WANG, "3"), key="second")
    assert intake.told(done, Phase.REGISTER) == [(2, "face_differs"), (3, "person_twice")]


def test_nobody_is_looked_for_by_one_photo_in_every_line() -> None:
    office = PhotoIntake()
    office.bring(wang="face-1", li="face-2", who="face-2-of-a-stranger")
    office.enrol(photo("wang.jpg", WANG), photo("li.jpg", LI))
    checked = office.look(photo("who.jpg", WANG, "1"), photo("who.jpg", LI, "2"), key="search")
    assert office.told(checked) == [(3, "photo_twice")]
    assert checked.checked
    assert checked.checked.people == 0


def test_a_photo_that_is_another_than_the_dry_run_saw_is_not_enrolled(intake: PhotoIntake) -> None:
    checked = intake.look(photo("wang.jpg", WANG), photo("li.jpg", LI))
    intake.bring(wang="face-3")
    done = intake.release(checked)
    assert intake.told(done, Phase.REGISTER) == [(2, "photo_changed")]
    assert not intake.wang().has_reference
    assert intake.of(LI).has_reference


def test_of_another_photo_than_was_released_nobody_learns_whom_it_is_like(intake: PhotoIntake) -> None:
    """Whoever chose the photos put one face in the place of each, and read in every line whether it was theirs."""
    intake.enrol(photo("wang.jpg", WANG), photo("li.jpg", LI))
    intake.bring(wang="face-1-again", li="face-2-again")
    checked = intake.look(photo("wang.jpg", WANG, key="B-1"), photo("li.jpg", LI, key="B-2"), key="photos-2")
    intake.bring(wang="face-1-searched", li="face-1-searched-too")
    done = intake.release(checked)
    assert intake.told(done, Phase.REGISTER) == [(2, "photo_changed"), (3, "photo_changed")]


def test_a_face_unlike_the_one_that_counts_is_refused_and_one_like_it_is_added(intake: PhotoIntake) -> None:
    intake.enrol(photo("wang.jpg", WANG))
    intake.bring(other="face-2-b", same="face-1-b")
    assert counted(intake, photo("other.jpg", WANG, taken="2025-05-01")) == {"face_differs": 1}
    done = intake.enrol(photo("same.jpg", WANG, taken="2025-05-01"), key="third")
    assert intake.told(done) == []
    assert len(intake.wang().reference_ids) == 2
    assert intake.wang().reference_on == date(2025, 5, 1)


@pytest.mark.parametrize("kind", [ReviewKind.DEATH_REPORT, ReviewKind.DUPLICATE_FACE, ReviewKind.OVERRIDE])
def test_no_photo_comes_in_where_a_second_clerk_would_look_at_it(intake: PhotoIntake, kind: ReviewKind) -> None:
    case = OpenCase("case", kind, ("somebody",), doubts=True)
    intake.store.beneficiaries[intake.wang().beneficiary_id] = replace(intake.wang(), open_cases=(case,))
    assert counted(intake, photo("wang.jpg", WANG)) == {"second_clerk": 1}


def test_nor_where_all_photos_were_deleted(intake: PhotoIntake) -> None:
    intake.store.beneficiaries[intake.wang().beneficiary_id] = replace(intake.wang(), faces_were_deleted=True)
    assert counted(intake, photo("wang.jpg", WANG)) == {"second_clerk": 1}


def test_no_paper_gives_a_consent_again_that_was_taken_back(intake: PhotoIntake) -> None:
    withdrawn = replace(intake.wang(), consent_withdrawn_on=date(2026, 2, 1))
    checked = intake.look(photo("wang.jpg", WANG))
    intake.store.beneficiaries[withdrawn.beneficiary_id] = withdrawn
    done = intake.release(checked)
    assert intake.told(done, Phase.REGISTER) == [(2, "consent_withdrawn")]
    assert intake.wang() == withdrawn
    assert not intake.photos.kept


def test_whoever_is_under_age_needs_a_guardians_consent(intake: PhotoIntake) -> None:
    child = replace(intake.wang(), guardian_until=date(2030, 1, 1))
    intake.store.beneficiaries[child.beneficiary_id] = child
    assert counted(intake, photo("wang.jpg", WANG)) == {"guardian_missing": 1}
    header = f"{PHOTOS},guardian"
    checked = intake.check(f"{header}\n{photo('wang.jpg', WANG)},yes\n", "with-guardian", kind=ImportKind.REFERENCES)
    assert intake.told(checked) == []


def test_whose_entitlement_ended_gets_no_photo(intake: PhotoIntake) -> None:
    wang, end = intake.wang(), BenefitEnd(date(2026, 1, 1), EndCause.DECEASED)
    ended = [replace(one, end=end) for one in wang.benefits]
    intake.store.beneficiaries[wang.beneficiary_id] = wang.with_benefits(ended)
    assert counted(intake, photo("wang.jpg", WANG)) == {"entitlement_ended": 1}


def test_whoever_is_outside_the_districts_of_who_prepared_it_is_nobody(intake: PhotoIntake) -> None:
    begun = intake.prepare(f"{PHOTOS}\n{photo('wang.jpg', WANG)}\n", kind=ImportKind.REFERENCES)
    intake.runs.runs[begun] = replace(intake.runs.runs[begun], scope=Scope(("22",)))
    intake.dry_run(begun, CLERK)
    intake.queue.drain(intake.work)
    checked = intake.runs.runs[begun]
    assert (intake.told(checked), checked.checked and checked.checked.refused) == ([], {"person_unknown": 1})


def test_a_register_is_no_list_of_photos_nor_the_other_way_round(intake: PhotoIntake) -> None:
    refused = intake.check(f"{PHOTOS}\n{photo('wang.jpg', WANG)}\n", "as-register")
    assert (refused.state, refused.fault) == (ImportState.REFUSED, FileFault.COLUMNS)
    refused = intake.look("x", header="name,id_number,category,district,benefit_start", key="as-photos")
    assert (refused.state, refused.fault) == (ImportState.REFUSED, FileFault.COLUMNS)


def test_whoever_prepared_it_does_not_release_it(intake: PhotoIntake) -> None:
    checked = intake.look(photo("wang.jpg", WANG))
    release = ReleaseImport(intake.runs, intake.files, intake.clock, intake.queue)
    with pytest.raises(SecondClerkNeeded):
        release(checked.import_id, checked.digest, CLERK)


# --- what comes of it ------------------------------------------------------------------------------------------------


def test_the_face_is_unproven_until_a_session_was_accepted_by_it(intake: PhotoIntake) -> None:
    assert not intake.wang().face_is_unproven
    intake.enrol(photo("wang.jpg", WANG))
    assert intake.wang().face_is_unproven
    assert not replace(intake.wang(), sessions_kept=1).face_is_unproven
    assert not is_drawn("session", intake.wang().person_key, 0)


# --- whoever dies ----------------------------------------------------------------------------------------------------


def _mortal(office: PhotoIntake, life: Life) -> Callable[[Any], Any]:
    ports = {"photo_register": office.store.register, "runs": office.runs, "files": office.files}
    ports |= {"queue": office.queue, "uploads": office.brought, "photos": office.photos}
    return killed_once(office.work_with, life, **ports)


@pytest.mark.parametrize("took_effect", [False, True])
def test_a_worker_that_is_killed_at_any_write_is_made_good_by_the_next(
    took_effect: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_register, "AT_ONCE", 1)

    def run(life: Life) -> tuple[PhotoIntake, RegisterImport]:
        office = PhotoIntake(part_bytes=160)
        office.bring(wang="face-1", li="face-2", bad="blurred", chen="face-3")
        lines = [PHOTOS, photo("wang.jpg", WANG), photo("li.jpg", LI), photo("bad.jpg", LI)]
        lines += [photo("chen.jpg", CHEN), ""]
        import_id = office.prepare("\n".join(lines), "photos", kind=ImportKind.REFERENCES)
        office.dry_run(import_id, CLERK)
        work = _mortal(office, life)
        office.queue.drain(work)
        checked = office.runs.runs[import_id]
        assert checked.state is ImportState.CHECKED
        ReleaseImport(office.runs, office.files, office.clock, office.queue)(import_id, checked.digest, SECOND)
        office.queue.drain(work)
        return office, office.runs.runs[import_id]

    life = Life()
    undisturbed, wanted = run(life)
    assert wanted.registered
    assert (wanted.state, wanted.registered.people) == (ImportState.FINISHED, 2)
    assert life.writes > 30
    for ends_at in range(1, life.writes + 1):
        office, done = run(Life(ends_at, took_effect))
        assert done == replace(wanted, ended_at=done.ended_at)
        assert all(len(entries) == 2 for entries in office.store.entries.values())
        assert office.told(done, Phase.REGISTER) == undisturbed.told(wanted, Phase.REGISTER)
        assert set(office.brought.photos) == {"bad.jpg", "chen.jpg"}
        assert len(office.photos.kept) == 2
        assert not office.queue.dead


def test_every_message_twice_enrols_once(intake: PhotoIntake) -> None:
    checked = intake.look(photo("wang.jpg", WANG), photo("li.jpg", LI))
    ReleaseImport(intake.runs, intake.files, intake.clock, intake.queue)(checked.import_id, checked.digest, SECOND)

    def twice(task: Any) -> None:
        intake.work(task)
        intake.work(task)

    intake.queue.drain(twice)
    assert all(len(entries) == 2 for entries in intake.store.entries.values())


def test_a_release_that_comes_too_late_is_made_anew(intake: PhotoIntake) -> None:
    checked = intake.look(photo("wang.jpg", WANG))
    intake.clock.move(days=15)

    with pytest.raises(ImportDigestDiffers):
        intake.release(checked)


def test_a_list_goes_on_with_somebody_to_whom_its_preparer_did_all_that_one_may_today(intake: PhotoIntake) -> None:
    """It is two clerks' doing, once for each person; else one such line would keep the whole list from its end."""
    person = intake.wang()
    acts = ActsOfDay(intake.clock.now().date(), ((CLERK.user_id, MOST_ACTS_DAY),))
    intake.store.beneficiaries[person.beneficiary_id] = replace(person, clerk_acts=acts)
    done = intake.release(intake.look(photo("wang.jpg", WANG), photo("li.jpg", LI)))
    assert done.registered
    assert done.registered.people == 2
    assert intake.wang().clerk_acts == acts
