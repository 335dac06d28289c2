"""Who and what stands in the world that the event files name."""

import json
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

from lifecert.application.office.keep_lists import RebuildLists
from lifecert.domain.actor import Actor, Role
from lifecert.domain.amendment import AmendGround
from lifecert.domain.benefit import MOST_BENEFITS, BenefitEnd
from lifecert.domain.category import Category
from lifecert.domain.change import record
from lifecert.domain.consent import FaceConsent
from lifecert.domain.evidence import ReferenceMatch
from lifecert.domain.faces import FaceCount
from lifecert.domain.hold import HoldOutcome, HoldProposal
from lifecert.domain.intake import (
    Encoding,
    FileFault,
    FileFormat,
    ImportKind,
    ImportState,
    ImportTally,
    Part,
    Phase,
    RegisterImport,
)
from lifecert.domain.invitation import user_of
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.letter import LetterOrder
from lifecert.domain.mandate import Mandate, MandateKind, MandateRight
from lifecert.domain.notice import Contact, Notice, NoticeChannel, SentNotice
from lifecert.domain.office_notice import MOST_NOTICES, NoticeResult, NoticeWay, OfficeNotice
from lifecert.domain.open_case import OpenCase
from lifecert.domain.policy import Outcome
from lifecert.domain.reasons import Reason
from lifecert.domain.reference import Replacement
from lifecert.domain.review import Ground, ReviewDecision, ReviewKind, ReviewOutcome
from lifecert.domain.session import SessionState
from lifecert.domain.status import EndCause, Standing, Status
from lifecert.domain.sweep import JobKind, RunState, SweepRun, Tally
from lifecert.domain.sweep_report import SweepReport
from lifecert.domain.work_list import Count, Figure, WorkList
from tests.support.builders import NOW, VALID_UNTIL, a_benefit, a_change, decided, good_evidence, paused
from tests.support.devices import a_device
from tests.support.fakes.access import references_of_payers
from tests.support.fakes.notices import FakeSeal
from tests.support.wiring.people import (
    BUSY,
    CHILD,
    DECEASED,
    DESK,
    DUE,
    ENDED,
    FULL,
    KIOSK,
    LAPSED,
    LONG_ENDED,
    MUTE,
    PAUSED,
    REMINDED,
    SEVERAL,
    SILENT,
    UNDOING,
    UNSEEN,
    USER,
    WANG,
    WITHDRAWN,
    world_id,
)
from tests.support.wiring.world import World


def populate(world: World) -> None:
    """Put them all in."""
    _people(world)
    _sessions(world)
    _invitations(world)
    _devices(world)
    _certificates(world)
    _cases(world)
    _holds(world)
    _ended_run(world)
    _faces(world)
    _imports(world)
    _registers(world)
    _photos(world)
    _letters(world)
    _lists(world)


def _people(world: World) -> None:
    consent = FaceConsent("2026-1", NOW - timedelta(days=300), DESK, guardian=False)
    mandate = Mandate(
        *(world_id(801), MandateKind.INSTITUTION, "holder-1", tuple(MandateRight)),
        *(date(2026, 1, 1), date(2026, 12, 31)),
        by_office=True,
    )
    world.add_person(WANG, consent=consent, own_account=USER, mandates=(mandate,))
    world.add_person(
        LAPSED,
        consent=consent,
        standing=Standing(Status.LAPSED, date(2026, 1, 31), held_since=date(2026, 2, 20)),
        office_notices=_office_notices(date(2026, 1, 31)),
    )
    world.add_person(PAUSED, camera=paused(NOW + timedelta(minutes=20), USER))
    world.add_person(UNSEEN, has_reference=False)
    world.add_person(ENDED, standing=Standing(Status.TERMINATED, VALID_UNTIL, ended_on=date(2026, 2, 1)))
    world.add_person(CHILD, category=Category.INJURY_DEPENDANT)
    world.add_person(WITHDRAWN, consent_withdrawn_on=date(2026, 3, 1))
    undoing = {"consent_withdrawn_on": date(2026, 3, 1), "faces_go_on": date(2026, 3, 8), "withdrawn_by": "of-long-ago"}
    world.add_person(UNDOING, consent=consent, own_account=USER, **undoing)
    world.add_person(LONG_ENDED, standing=Standing(Status.TERMINATED, VALID_UNTIL, ended_on=date(2025, 11, 1)))
    allowance = a_benefit(
        benefit_id="2",
        category=Category.SURVIVOR_ALLOWANCE,
        district="310101",
        payer="mine",
        payer_reference="S-2209",
        start=date(2024, 5, 1),
        planned_end=date(2034, 7, 1),
    )
    injury = a_benefit(
        benefit_id="3",
        category=Category.INJURY_DISABILITY,
        payer="mine",
        injury_grade=4,
        unpaid_since=date(2026, 2, 1),
        end=BenefitEnd(date(2026, 2, 1), EndCause.MOVED, world_id(514)),
    )
    world.add_person(SEVERAL, benefits=(a_benefit(payer_reference="P-0031-77"), allowance, injury))
    world.add_person(FULL, benefits=tuple(a_benefit(benefit_id=str(number)) for number in range(1, MOST_BENEFITS + 1)))
    dead = BenefitEnd(date(2026, 2, 1), EndCause.DECEASED, world_id(515))
    world.add_person(DECEASED, benefits=(a_benefit(end=dead, unpaid_since=dead.on),))
    world.store.faces = FaceCount(people=8, faces=8)
    since = a_benefit(start=date(2025, 2, 28))
    world.add_person(DUE, benefits=(since,), standing=Standing(Status.ACTIVE, date(2026, 2, 28)))
    world.add_person(REMINDED, notice=Notice(VALID_UNTIL, 60, 1), contact_channel=NoticeChannel.SMS)
    address = FakeSeal().seal(REMINDED.id, "+8613800000000")
    world.store.contacts[REMINDED.id] = Contact(REMINDED.id, NoticeChannel.SMS, address)
    world.store.sent_notices["message-of-this-test"] = SentNotice(
        "message-of-this-test", REMINDED.id, NoticeChannel.SMS, VALID_UNTIL, NOW
    )
    for person in world.store.beneficiaries.values():
        references_of_payers(world.store, world.keys).note(person.beneficiary_id, person.benefits)
    world.store.counted[f"find#{BUSY}#{world.clock.local():%Y-%m-%dT%H}"] = 1000
    world.store.counted[f"user#{BUSY}#{NOW:%Y-%m-%dT%H}"] = 1000


def _office_notices(year: date) -> tuple[OfficeNotice, ...]:
    """A letter that stands and one that came back, a visit where nobody was there, and one where somebody was."""
    on, clerk = date(2026, 2, 10), "clerk-1"
    return (
        OfficeNotice(world_id(911), year, NoticeWay.LETTER, NoticeResult.POSTED, on, clerk, date(2026, 2, 17)),
        OfficeNotice(world_id(912), year, NoticeWay.LETTER, NoticeResult.RETURNED, on, clerk, failed_on=on),
        OfficeNotice(world_id(913), year, NoticeWay.VISIT, NoticeResult.NOBODY_THERE, on, clerk),
        OfficeNotice(world_id(914), year, NoticeWay.VISIT, NoticeResult.TOLD, on, clerk, date(2026, 2, 20)),
    )


def _sessions(world: World) -> None:
    minute = timedelta(minutes=1)
    world.add_session(201, "good")
    world.add_session(202, "too_dark")
    world.add_session(203, "other")
    world.add_session(204, "uncertain")
    world.add_session(205)
    world.add_session(206, "good", deadline=NOW - minute)
    world.add_session(207, "good", state=SessionState.DECIDING, claimed_until=NOW + minute)
    world.add_session(208, "good", beneficiary=PAUSED)
    world.add_session(209, "good", beneficiary=ENDED)
    world.add_session(210)
    sessions = world.store.sessions_by_id
    sessions[world_id(210)] = decided(sessions[world_id(210)])
    world.add_session(211)
    sessions[world_id(211)] = decided(sessions[world_id(211)], Outcome.RETRY, Reason.TOO_DARK)
    world.add_session(212, "good")
    world.photos.upload(sessions[world_id(212)].frame_key(2), b"good-1")  # one photo for two steps
    world.add_session(213, "good")
    sessions[world_id(213)] = replace(sessions[world_id(213)], user_id="somebody else")
    world.add_session(214, "good", beneficiary=WITHDRAWN)
    world.add_session(215)
    sent_on = decided(sessions[world_id(215)], Outcome.REVIEW, Reason.MATCH_UNCERTAIN)
    assert sent_on.result
    reviewed = replace(sent_on.result, certificate_id=None, valid_until=None, review_id=world_id(511))
    sessions[world_id(215)] = replace(sent_on, result=reviewed)


def _devices(world: World) -> None:
    kiosk = a_device(device_id=KIOSK, registered_by=DESK)
    for device in (kiosk, a_device(), a_device(revoked_by=DESK, revoked_at=NOW)):
        world.store.devices_port.register(device)


def _invitations(world: World) -> None:
    world.add_invitation(701, WANG)
    # By which she was certified last, ten days ago.
    wang = world.store.beneficiaries[WANG.id]
    letter, then = user_of(world_id(701)), NOW - timedelta(days=10)
    changed = replace(wang, certified_by=(*wang.certified_by, letter), certified_on=then.date())
    after, entry = record(changed, LedgerEvent.ALREADY_CERTIFIED, Actor(letter, Role.USER), then, {})
    world.store.beneficiaries[WANG.id] = after
    world.store.entries[WANG.id].append(entry)
    world.add_invitation(702, DUE, expires_on=date(2026, 2, 28))
    world.add_invitation(703, MUTE)
    world.store.invitations[MUTE.id] = world.store.invitations[MUTE.id].withdrawn(NOW)
    world.add_invitation(704, ENDED)
    world.add_invitation(705, CHILD, guardian=True)
    world.add_invitation(706, PAUSED)
    world.add_invitation(707, WITHDRAWN)
    world.add_invitation(708, SILENT)
    world.store.counted[f"invitation#{world_id(708)}#{NOW:%Y-%m-%d}T00"] = 7
    world.add_invitation(709, UNSEEN)
    world.add_invitation(710, UNDOING)
    world.add_invited_session(221, "good")
    world.add_invited_session(222, "too_dark")
    world.add_session(223, "good")
    world.store.counted[f"look#{world_id(223)}"] = 5


def _certificates(world: World) -> None:
    world.add_certificate(401, WANG, newest=True)
    world.add_certificate(402, LAPSED, newest=True, valid_until=date(2026, 1, 31))
    world.add_certificate(403, WANG, newest=False)
    world.add_certificate(404, ENDED, newest=True)
    world.add_certificate(405, WANG, newest=False, actor_id=USER)
    world.add_certificate(406, LAPSED, newest=False, actor_id=USER, issued_at=NOW - timedelta(days=390))
    world.add_certificate(407, WANG, newest=False, actor_id=USER, issued_at=NOW - timedelta(days=400))


def _cases(world: World) -> None:
    """What the office has on its desk. The event files' clerk is DESK."""
    world.add_session(230, "uncertain")
    session = decided(world.store.sessions_by_id[world_id(230)], Outcome.REVIEW, Reason.MATCH_UNCERTAIN)
    compared = (ReferenceMatch(world_id(307), 0.4, 0.4),)
    session = replace(session, evidence=json.dumps(asdict(good_evidence(0.4, matches=compared))))
    world.store.sessions_by_id[session.session_id] = session
    for number in (1, 2, 3):
        world.photos.kept[session.review_key(number)] = b"frame"
    world.add_session(231)
    for number in (1, 2, 3):
        world.photos.kept[world.store.sessions_by_id[world_id(231)].review_key(number)] = b"frame"
    faceless = decided(world.store.sessions_by_id[world_id(231)], Outcome.REVIEW, Reason.RETRIES_USED_UP)
    world.store.sessions_by_id[faceless.session_id] = faceless
    world.add_review(514, WANG, ReviewKind.VERIFICATION, "stranger", session_id=faceless.session_id)
    world.add_session(232, beneficiary=LAPSED)
    joined = decided(world.store.sessions_by_id[world_id(232)], Outcome.REVIEW, Reason.OFFICE_DECIDES)
    world.store.sessions_by_id[joined.session_id] = joined
    about = {"session_id": joined.session_id, "review_id": world_id(515), "reason": Reason.OFFICE_DECIDES}
    world.store.register.commit(a_change(world.store.beneficiaries[LAPSED.id], details=about))
    world.add_review(515, LAPSED, ReviewKind.VERIFICATION, USER, session_id=world_id(233))
    until, by = NOW + timedelta(days=14), "clerk-2"
    seen = {"session_id": session.session_id, "reason": Reason.MATCH_UNCERTAIN}
    confirmed = ReviewDecision(ReviewOutcome.ACCEPT, Ground.CONFIRMED, by, NOW)
    ended: dict[str, Any] = {"day": date(2026, 2, 20), "cause": EndCause.MOVED}
    world.add_review(501, WANG, ReviewKind.VERIFICATION, "daughter", **seen)
    world.add_review(502, WANG, ReviewKind.DEATH_REPORT, "daughter", decision=confirmed)
    world.add_review(503, WANG, ReviewKind.END, by, expires_at=until, **ended)
    world.add_review(504, WANG, ReviewKind.END, DESK, expires_at=until, **ended)
    world.add_review(505, WANG, ReviewKind.END, by, expires_at=NOW - timedelta(seconds=1), **ended)
    world.add_review(506, WANG, ReviewKind.OVERRIDE, DESK)
    world.add_review(507, WANG, ReviewKind.DEATH_REPORT, "daughter", day=date(2026, 2, 20))
    world.add_review(508, ENDED, ReviewKind.VERIFICATION, "daughter", **seen)
    world.add_review(509, ENDED, ReviewKind.CORRECTION, by, expires_at=until)
    unclear = ReviewDecision(ReviewOutcome.NEEDS_MORE, Ground.NOT_RECOGNISABLE, by, NOW)
    world.add_review(511, WANG, ReviewKind.VERIFICATION, "daughter", session_id=world_id(215), decision=unclear)
    world.add_review(510, WANG, ReviewKind.REVOCATION, by, expires_at=until, related_id=world_id(401))
    world.add_review(512, SEVERAL, ReviewKind.END, by, expires_at=until, benefit_id="1", **ended)
    world.add_review(513, SEVERAL, ReviewKind.CORRECTION, by, expires_at=until, benefit_id="3")
    right: dict[str, Any] = {
        "related_id": world.keys.beneficiary_id("110101195005050032"),
        "cause": AmendGround.MISTYPED,
    }
    world.add_review(520, DUE, ReviewKind.ID_NUMBER, by, expires_at=until, **right)
    world.add_review(521, DUE, ReviewKind.ID_NUMBER, DESK, expires_at=until, **right)
    world.add_review(522, DUE, ReviewKind.ID_NUMBER, by, expires_at=NOW - timedelta(seconds=1), **right)
    begins: dict[str, Any] = {"day": date(2025, 3, 28), "cause": AmendGround.MISTYPED, "related_id": "2025-02-28"}
    world.add_review(523, DUE, ReviewKind.BENEFIT_START, by, expires_at=until, benefit_id="1", **begins)
    world.store.beneficiaries[WANG.id] = replace(
        world.store.beneficiaries[WANG.id],
        open_cases=(OpenCase(world_id(501), ReviewKind.VERIFICATION, ("daughter",), doubts=False),),
    )
    against = OpenCase(world_id(512), ReviewKind.END, (by,), doubts=True)
    world.store.beneficiaries[SEVERAL.id] = replace(world.store.beneficiaries[SEVERAL.id], open_cases=(against,))


def _holds(world: World) -> None:
    for person in (SILENT, MUTE):
        standing = Standing(Status.LAPSED, date(2025, 11, 20))
        proposal = HoldProposal(world_id(601), standing.valid_until, NOW)
        nobody = OfficeNotice(
            world_id(915), standing.valid_until, NoticeWay.VISIT, NoticeResult.NOBODY_THERE, NOW.date(), "clerk-1"
        )
        tried = (nobody,) * MOST_NOTICES if person is MUTE else ()
        world.add_person(person, standing=standing, hold_proposal=proposal, office_notices=tried)
    world.add_hold_batch(601, SILENT, MUTE)
    world.add_hold_batch(602, LAPSED, decided_by="clerk-2", outcome=HoldOutcome.HELD_BEFORE)


def _ended_run(world: World) -> None:
    """The night before: one lapsed."""
    run = SweepRun("2026-02-28.1", date(2026, 2, 28), date(2026, 2, 27), NOW, RunState.FINISHED)
    world.reports.write(SweepReport(run, {JobKind.LAPSE: Tally({"resident_pension/110101": 1}, 2)}, jobs=1))
    world.store.sweep_runs.runs[run.run_id], world.store.sweep_runs.newest_id = run, run.run_id


def _faces(world: World) -> None:
    world.add_reference(LAPSED)
    world.add_reference(WANG, world_id(307))
    world.add_enrolment(301, "good")
    world.add_enrolment(302)
    world.add_enrolment(303, "blurred")
    world.add_enrolment(304, "good", deadline=NOW - timedelta(minutes=1))
    world.add_enrolment(305, "stranger", of=LAPSED)
    world.add_enrolment(306, "stranger", of=LAPSED, replacement=Replacement.WRONG_PHOTO)


def _imports(world: World) -> None:
    alive = f"{WANG.id_number},alive,2026-02-20,hospital"
    world.imports.files["2026-03.csv"] = f"id_number,said,on,source\n{alive}\nrubbish\n1,alive,2026-02-20,x".encode()
    dead = {"id_number": DUE.id_number, "said": "dead", "on": "2026-02-20", "source": "civil_register"}
    world.imports.files["2026-03.jsonl"] = json.dumps(dead).encode()


def _registers(world: World) -> None:
    """Imports of a register, as far as each can be; DESK prepared them."""
    lines = [
        "name,id_number,category,district,benefit_start",
        "欧阳春华,110101195005050032,resident_pension,110101,2025-09-01",
    ]
    content = "\n".join([*lines, "rubbish", ""]).encode()
    tally = ImportTally(lines=2, people=1, benefits=1, years={"benefit_start": 1}, refused={"columns": 1})
    seen = {"written": Encoding.UTF_8, "format": FileFormat.CSV, "columns": tuple(lines[0].split(",")), "lines": 3}
    surveyed = {**seen, "digest": "c" * 64, "started_by": DESK}
    checked = {**surveyed, "checked": tally, "checked_at": NOW, "same_as": world_id(952)}
    released = {**checked, "released_by": world_id(12), "first_day": NOW.date()}
    states: dict[int, tuple[ImportState, dict[str, Any]]] = {
        950: (ImportState.AWAITING_FILE, {}),
        951: (ImportState.CHECKED, checked),
        952: (ImportState.FINISHED, {**released, "registered": tally, "ended_at": NOW}),
        953: (ImportState.REFUSED, {"fault": FileFault.ENCODING, "ended_at": NOW}),
        954: (ImportState.AWAITING_FILE, {}),
        955: (ImportState.STOPPED, {"stopped_by": DESK, "ended_at": NOW}),
        956: (ImportState.SURVEYING, {"started_by": DESK}),
        957: (ImportState.REGISTERING, released),
    }
    for number, (state, facts) in states.items():
        file = f"registers/{world_id(number)}"
        if not state.is_over and number != 954:
            world.register_files.files[file] = content
        stored = world.register_files.stored(file)
        where: dict[str, Any] = {"size": stored.size, "etag": stored.etag} if stored and number != 950 else {}
        begun = RegisterImport(world_id(number), "hr", file, DESK, NOW, state=state, **where, **facts)
        world.import_runs.begin(begun)
    part = Part(0, 0, len(content), 1)
    digest = world.register_files.survey(world.import_runs.runs[world_id(957)], part).digest
    world.import_runs.lay_out(world_id(957), Phase.REGISTER, [replace(part, digest=digest)])


def _photos(world: World) -> None:
    """The import of two photos, of which one lies in the bucket; released."""
    columns = "photo,captured_on,consent_version,consent_on,consent_source,id_number"
    lines = [columns, *(f"{name}.jpg,2024-03-05,1,2024-03-05,paper,{WANG.id_number}" for name in ("wang", "gone")), ""]
    content, tally = "\n".join(lines).encode(), ImportTally(lines=2, people=1, refused={"photo_missing": 1})
    file = f"registers/{world_id(958)}"
    world.register_files.files[file] = content
    world.imported_photos.photos["wang.jpg"] = b"good"
    stored = world.register_files.stored(file)
    assert stored
    begun = RegisterImport(
        import_id=world_id(958),
        source="cards",
        file=file,
        prepared_by=DESK,
        prepared_at=NOW,
        kind=ImportKind.REFERENCES,
        state=ImportState.REGISTERING,
        size=stored.size,
        etag=stored.etag,
        written=Encoding.UTF_8,
        format=FileFormat.CSV,
        columns=tuple(columns.split(",")),
        lines=3,
        digest="d" * 64,
        started_by=DESK,
        checked=tally,
        checked_at=NOW,
        released_by=world_id(12),
        first_day=NOW.date(),
    )
    world.import_runs.begin(begun)
    part = Part(0, 0, len(content), 1)
    digest = world.register_files.survey(begun, part).digest
    world.import_runs.lay_out(world_id(958), Phase.REGISTER, [replace(part, digest=digest)])


def _letters(world: World) -> None:
    """A batch of letters that is whole."""
    tally = ImportTally(lines=1, people=1)
    begun = RegisterImport(
        import_id=world_id(959),
        source="print-house",
        file=f"registers/{world_id(959)}",
        prepared_by=DESK,
        prepared_at=NOW,
        kind=ImportKind.LETTERS,
        state=ImportState.FINISHED,
        started_by=DESK,
        lines=1,
        digest="e" * 64,
        checked=tally,
        checked_at=NOW,
        released_by=world_id(12),
        registered=tally,
        ended_at=NOW,
        letters=LetterOrder(WorkList.LAPSED_UNTOLD, "110101"),
    )
    world.import_runs.begin(begun)


def _lists(world: World) -> None:
    """Of everybody as they are now, and a little that was counted."""
    for person in world.store.beneficiaries.values():
        RebuildLists(world.lists)(person)
    told = (("2026-03", Figure.CERTIFIED, "face_self"), ("2026-03", Figure.RETRY, "too_dark"))
    ended = (("2026-02", Figure.YEAR, "in_time"), ("2026-02", Figure.YEAR, "lapsed"))
    case = ("2026-03", Figure.DECIDED, "within_1_day")
    world.lists.counts += [Count("110101", *one) for one in (*told, *ended, case)]
