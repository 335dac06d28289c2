"""Contacts, notices and receipts: said once, at a decent hour, and counted only when they arrived."""

import base64
import gzip
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from lifecert.adapters.files.notice_texts import load_notice_text
from lifecert.adapters.files.strict import ConfigError
from lifecert.application.faces.consent import UndoGround
from lifecert.application.office.set_contact import NewContact
from lifecert.bootstrap import notices, office, records
from lifecert.domain.consent import FaceConsent
from lifecert.domain.errors import EntitlementEnded, NotAllowed, NoticeRefused, StoreUnavailable
from lifecert.domain.ledger import LedgerEvent, verify_chain
from lifecert.domain.notice import Notice, NoticeChannel, NoticeKind, share_of
from lifecert.domain.published import published_events
from lifecert.domain.status import Standing, Status
from tests.support.builders import CLERK, HELPER, NOW, VALID_UNTIL, a_change, standing_as, standing_of
from tests.support.fakes.register import MemoryRegister
from tests.support.wiring.functions import Context, event, function, run
from tests.support.wiring.people import ENDED, REMINDED, WANG
from tests.support.wiring.world import World
from tests.unit.entry.test_metrics import counted

ADDRESS = "+8613800000000"
FAILED = {"failed_on": NOW.date().isoformat()}


def events_of(world: World, beneficiary_id: str = REMINDED.id) -> list[LedgerEvent]:
    return [entry.event for entry in world.store.entries[beneficiary_id]]


def test_a_notice_says_what_it_must_and_nothing_of_the_person_but_the_masked_name(world: World) -> None:
    run("send_notice/reminder")
    [(channel, address, text)] = world.sender.sent
    assert (channel, address) == (NoticeChannel.SMS, ADDRESS)
    for word in ("郑*兰", VALID_UNTIL.isoformat(), "010-12333", "免费", "银行卡"):
        assert word in text
    assert REMINDED.name not in text
    assert REMINDED.id_number not in text
    assert "http" not in text


def test_who_has_lapsed_is_told_so(world: World) -> None:
    before = world.store.beneficiaries[REMINDED.id]
    lapsed = standing_as(before, replace(standing_of(before), status=Status.LAPSED))
    world.store.beneficiaries[REMINDED.id] = lapsed
    run("send_notice/reminder")
    [(_, _, text)] = world.sender.sent
    assert text == load_notice_text("zh-CN").of("郑*兰", VALID_UNTIL, "010-12333", lapsed=True)
    assert "已于" in text


@pytest.mark.parametrize("lapsed", [False, True])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_words_in_both_languages(language: str, lapsed: bool) -> None:
    text = load_notice_text(language).of("王*明", VALID_UNTIL, "12333", lapsed=lapsed)
    assert all(word in text for word in ("王*明", "2026-06-30", "12333"))
    assert any(word in text for word in ("免费", "free of charge"))
    assert any(word in text for word in ("银行卡", "bank card"))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{name}: certify until {date}, at https://example.org, help {help_line}", "link"),
        ("{name}: certify until {date}, and good luck to you", "must name"),
        ("{name}: certify until {date}, {id_number}, help {help_line}", "must name"),
        ("{name: certify until {date}, help {help_line}", "braces|must name"),
        ("short", "20"),
    ],
)
def test_words_that_will_not_do_are_refused_when_they_are_loaded(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "notices.json"
    good = "{name}: certify until {date}, help {help_line}"
    words = {"zh-CN": {"reminder": good, "lapsed": good}, "en": {"reminder": good, "lapsed": text}}
    file.write_text(json.dumps(words), encoding="utf-8")
    with pytest.raises(ConfigError, match=named):
        load_notice_text("zh-CN", file)


def test_a_notice_is_sent_once_and_recorded(world: World) -> None:
    run("send_notice/twice_late_and_unknown")
    run("send_notice/reminder")
    assert len(world.sender.sent) == 1
    assert events_of(world) == [LedgerEvent.REGISTERED, LedgerEvent.NOTICE_SENT]
    person = world.store.beneficiaries[REMINDED.id]
    assert person.notice == Notice(VALID_UNTIL, 60, 1, sent=True)
    assert person.notice_delivered_on is None, "sent is not delivered"
    assert world.store.sent_notices["message-1"].beneficiary_id == REMINDED.id
    assert verify_chain(world.store.ledger.entries(REMINDED.id)) == 2


def test_in_quiet_hours_it_waits_until_they_are_over(world: World) -> None:
    world.clock.move(hours=-8, minutes=-30)  # half past midnight in Shanghai
    answer = run("send_notice/reminder")
    assert len(answer["batchItemFailures"]) == 1
    assert world.sender.sent == []
    its_moment = 10 * 3600 * share_of(REMINDED.id)  # within ten hours after eight (test_spread.py)
    assert world.waits == [int((7 * 60 + 30) * 60 + its_moment) + 1]
    world.clock.move(seconds=world.waits[0])
    assert run("send_notice/reminder")["batchItemFailures"] == []
    assert len(world.sender.sent) == 1


@pytest.mark.parametrize("what", ["certified", "reminded anew", "terminated"])
def test_what_is_not_needed_any_more_is_not_sent(world: World, what: str) -> None:
    before = world.store.beneficiaries[REMINDED.id]
    world.store.beneficiaries[REMINDED.id] = {
        "certified": standing_as(before, Standing(Status.ACTIVE, VALID_UNTIL + timedelta(days=300))),
        "reminded anew": replace(before, notice=Notice(VALID_UNTIL, 30, 2)),
        "terminated": standing_as(before, Standing(Status.TERMINATED, VALID_UNTIL, ended_on=VALID_UNTIL)),
    }[what]
    assert run("send_notice/reminder")["batchItemFailures"] == []
    assert world.sender.sent == []


def test_where_no_contact_is_known_nothing_is_sent_and_nothing_waits(world: World) -> None:
    del world.store.contacts[REMINDED.id]
    assert run("send_notice/reminder")["batchItemFailures"] == []
    assert events_of(world) == [LedgerEvent.REGISTERED]


def test_what_the_channel_refuses_for_good_is_told_and_does_not_come_again(world: World) -> None:
    world.sender.refusal = NoticeRefused("InvalidParameter")
    assert run("send_notice/reminder")["batchItemFailures"] == []
    assert events_of(world) == [LedgerEvent.REGISTERED, LedgerEvent.NOTICE_FAILED]
    details = world.store.entries[REMINDED.id][-1].details
    assert details == {"channel": "sms", "kind": "reminder", "why": "InvalidParameter", "reminder_seq": 1, **FAILED}
    failed = world.store.beneficiaries[REMINDED.id].notice
    assert failed
    assert failed.failed_on == NOW.date()
    assert '"message":"notice_refused"' in world.log.getvalue()
    assert ADDRESS not in world.log.getvalue()


def test_what_the_channel_cannot_take_now_comes_again(world: World) -> None:
    world.sender.refusal = StoreUnavailable("Throttling")
    assert len(run("send_notice/reminder")["batchItemFailures"]) == 1
    assert world.waits == [60]
    world.sender.refusal = None
    run("send_notice/reminder")
    assert len(world.sender.sent) == 1


def test_one_that_is_not_sent_yet_counts_its_age_and_one_that_is_does_not(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of what an alarm sees that somebody is never told."""
    came = int(event("send_notice/reminder")["Records"][0]["attributes"]["SentTimestamp"]) / 1000
    world.clock.move(seconds=came - world.clock.now().timestamp() + 40 * 3600)
    for refusal, ages in ((StoreUnavailable("Throttling"), [40.0]), (None, [])):
        world.sender.refusal = refusal
        capsys.readouterr()
        run("send_notice/reminder")
        assert [value for _, value in counted(capsys.readouterr().out).get("NoticeAgeHours", [])] == ages
    assert len(world.sender.sent) == 1
    world.clock.move(hours=14)  # 06:30, in the quiet hours
    newest = world.store.beneficiaries[REMINDED.id]
    world.store.beneficiaries[REMINDED.id] = replace(newest, notice=Notice(VALID_UNTIL, 60, 1))
    run("send_notice/reminder")
    [(_, age)] = counted(capsys.readouterr().out)["NoticeAgeHours"]
    assert age == 54


def test_whose_consent_was_withdrawn_is_told_once_and_so_is_that_it_was_undone(world: World) -> None:
    send, withdraw, undo = notices.send_notice(), office.withdraw_consent(), office.undo_withdrawal()
    person = world.store.beneficiaries[REMINDED.id]
    world.store.beneficiaries[REMINDED.id] = replace(
        person, consent=FaceConsent("2026-1", world.clock.now(), "c", False)
    )
    seq = withdraw(REMINDED.id, CLERK).version
    assert [send.about(NoticeKind.CONSENT_WITHDRAWN, REMINDED.id, seq) for _ in range(2)] == ["sent", "not_needed"]
    assert send.about(NoticeKind.WITHDRAWAL_UNDONE, REMINDED.id, seq) == "not_needed", "nothing was"
    done = undo(REMINDED.id, CLERK, UndoGround.CHANGED_MIND).version
    assert send.about(NoticeKind.CONSENT_WITHDRAWN, REMINDED.id, seq) == "not_needed"
    assert send.about(NoticeKind.WITHDRAWAL_UNDONE, REMINDED.id, done) == "sent"
    first, second = (text for _, _, text in world.sender.sent)
    for word in ("郑*兰", "2026-03-08", "010-12333", "银行卡", "撤回"):
        assert word in first
    assert "恢复" in second
    again = withdraw(REMINDED.id, CLERK).version
    assert send.about(NoticeKind.WITHDRAWAL_UNDONE, REMINDED.id, done) == "not_needed"
    world.clock.move(days=1)
    given = office.give_consent()(REMINDED.id, "2026-1", False, CLERK, UndoGround.CHANGED_MIND).version
    assert send.about(NoticeKind.CONSENT_WITHDRAWN, REMINDED.id, again) == "not_needed"
    assert send.about(NoticeKind.WITHDRAWAL_UNDONE, REMINDED.id, given) == "sent"
    assert world.sender.sent[-1] == world.sender.sent[1], "by whichever way the withdrawal is over"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_words_of_a_withdrawal_in_both_languages(language: str) -> None:
    text = load_notice_text(language)
    withdrawn, undone = text.withdrawn("王*明", VALID_UNTIL, "12333"), text.undone("王*明", "12333")
    for words in (withdrawn, undone):
        assert all(word in words for word in ("王*明", "12333"))
        assert any(word in words for word in ("待遇不因此受影响", "What you are paid does not change"))
    assert "2026-06-30" in withdrawn


def test_who_certifies_while_the_notice_is_sent_stays_certified(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    renewed = Standing(Status.ACTIVE, VALID_UNTIL + timedelta(days=300))
    before = world.store.beneficiaries[REMINDED.id]
    commit = MemoryRegister.commit

    def certify_first(self: MemoryRegister, change: object) -> None:
        monkeypatch.setattr(MemoryRegister, "commit", commit)
        self.commit(a_change(before, LedgerEvent.CERTIFIED, changed={"standing": renewed}))
        self.commit(change)  # type: ignore[arg-type]

    monkeypatch.setattr(MemoryRegister, "commit", certify_first)
    run("send_notice/reminder")
    after = world.store.beneficiaries[REMINDED.id]
    assert standing_of(after) == renewed
    assert events_of(world)[1:] == [LedgerEvent.CERTIFIED, LedgerEvent.NOTICE_SENT]
    assert after.notice_delivered_on is None


def test_only_a_delivered_notice_counts_and_only_once(world: World) -> None:
    run("notice_receipt/arrived")
    person = world.store.beneficiaries[REMINDED.id]
    assert person.notice_delivered_on == world.clock.today()
    world.clock.move(days=1)
    assert run("notice_receipt/arrived")["noted"] == 0
    assert world.store.beneficiaries[REMINDED.id] == person
    assert events_of(world) == [LedgerEvent.REGISTERED, LedgerEvent.NOTICE_DELIVERED]


def test_a_receipt_about_a_year_that_is_renewed_changes_nothing(world: World) -> None:
    before = world.store.beneficiaries[REMINDED.id]
    renewed = Standing(Status.ACTIVE, VALID_UNTIL + timedelta(days=300))
    world.store.beneficiaries[REMINDED.id] = standing_as(before, renewed)
    assert run("notice_receipt/arrived") == {"arrived": 1, "noted": 0, "failed": 0}


def test_a_failed_delivery_is_none(world: World) -> None:
    world.store.sent_notices.clear()
    assert run("notice_receipt/twice_failed_foreign_and_unreadable")["noted"] == 0
    assert '"message":"receipt_unreadable"' in world.log.getvalue()


def test_one_that_did_not_arrive_leaves_one_entry_however_often_its_receipt_comes(world: World) -> None:
    before = world.store.beneficiaries[REMINDED.id]
    note = notices.note_delivery()
    assert (note.failed("message-of-this-test"), note.failed("message-of-this-test")) == (True, False)
    assert note.failed("foreign") is False
    assert events_of(world) == [LedgerEvent.REGISTERED, LedgerEvent.NOTICE_FAILED]
    entry = world.store.entries[REMINDED.id][-1]
    assert (entry.details["message_id"], entry.details["why"]) == ("message-of-this-test", "not_delivered")
    assert published_events(entry) == ()
    after = world.store.beneficiaries[REMINDED.id]
    assert before.notice
    failed = replace(before.notice, failed_on=NOW.date())
    assert after == replace(before, notice=failed, version=2, ledger_head=entry.hash)
    assert entry.details["failed_on"] == FAILED["failed_on"]


def test_one_that_failed_beside_another_that_arrived_is_no_failure_to_tell_the_person(world: World) -> None:
    run("notice_receipt/arrived")
    before = world.store.beneficiaries[REMINDED.id]
    assert notices.note_delivery().failed("message-of-this-test")
    assert world.store.beneficiaries[REMINDED.id].notice == before.notice
    assert "failed_on" not in world.store.entries[REMINDED.id][-1].details


def test_one_that_arrives_after_another_failed_is_what_counts(world: World) -> None:
    note = notices.note_delivery()
    assert note.failed("message-of-this-test")
    assert note("message-of-this-test")
    arrived = world.store.beneficiaries[REMINDED.id].notice
    assert arrived
    assert (arrived.failed_on, arrived.delivered_on) == (None, NOW.date())


def test_two_receipts_of_one_failure_at_once_leave_one_entry(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    commit, note = MemoryRegister.commit, notices.note_delivery()

    def second_first(self: MemoryRegister, change: object) -> None:
        monkeypatch.setattr(MemoryRegister, "commit", commit)
        assert note.failed("message-of-this-test")
        self.commit(change)  # type: ignore[arg-type]

    monkeypatch.setattr(MemoryRegister, "commit", second_first)
    assert note.failed("message-of-this-test") is False
    assert events_of(world) == [LedgerEvent.REGISTERED, LedgerEvent.NOTICE_FAILED]


def test_the_log_of_a_failure_is_noted(world: World) -> None:
    data = json.dumps(
        {
            "messageType": "DATA_MESSAGE",
            "logEvents": [
                {"message": json.dumps({"notification": {"messageId": "message-of-this-test"}, "status": "FAILURE"})}
            ],
        }
    )
    asked = {"awslogs": {"data": base64.b64encode(gzip.compress(data.encode())).decode()}}
    assert function("notice_receipt").handler(asked, Context()) == {"arrived": 0, "noted": 0, "failed": 1}
    assert events_of(world)[-1] is LedgerEvent.NOTICE_FAILED


def test_none_of_it_is_published(world: World) -> None:
    before = {person: len(world.store.entries[person]) for person in (REMINDED.id, WANG.id)}
    run("send_notice/reminder")
    run("notice_receipt/arrived")
    run("register_beneficiary/contact_set")
    entries = [entry for person, count in before.items() for entry in world.store.entries[person][count:]]
    assert len(entries) == 3
    assert [published_events(entry) for entry in entries] == [()] * 3


def test_a_contact_is_kept_sealed_and_its_channel_recorded(world: World) -> None:
    run("register_beneficiary/contact_set")
    contact = world.store.contacts[WANG.id]
    assert contact.channel is NoticeChannel.SMS
    assert ADDRESS.encode() not in contact.sealed_address
    assert world.store.beneficiaries[WANG.id].contact_channel is NoticeChannel.SMS
    entry = world.store.entries[WANG.id][-1]
    assert (entry.event, entry.details) == (LedgerEvent.CONTACT_CHANGED, {"channel": "sms", "grace_from": None})
    run("register_beneficiary/contact_push")
    assert world.store.contacts[WANG.id].channel is NoticeChannel.PUSH


def test_a_contact_can_be_given_at_registration_and_belongs_to_the_request(world: World) -> None:
    answer = run("register_beneficiary/registered_with_contact")
    beneficiary_id = json.loads(answer["body"])["beneficiary_id"]
    assert world.store.beneficiaries[beneficiary_id].contact_channel is NoticeChannel.SMS
    assert beneficiary_id in world.store.contacts
    assert ADDRESS not in answer["body"]
    other = event("register_beneficiary/registered_with_contact")
    other["body"] = other["body"].replace("8613800000000", "8613800000001")
    again = function("register_beneficiary").handler(other, Context())
    assert json.loads(again["body"])["code"] == "idempotency_key_reused"


def test_whose_entitlement_ended_is_not_contacted_any_more(world: World) -> None:
    contact = NewContact(NoticeChannel.SMS, ADDRESS)
    with pytest.raises(EntitlementEnded):
        records.set_contact()(ENDED.id, contact, CLERK)
    with pytest.raises(NotAllowed):
        records.set_contact()(WANG.id, contact, HELPER)
