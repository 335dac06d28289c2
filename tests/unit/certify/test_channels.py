"""Trust by channel (design.md §3 rule 13): what a device proves, what hangs on it, and what does not."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.domain.device import DeviceProof
from lifecert.domain.errors import LimitReached
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.policy import Audit, ChannelLimits, Decision, Outcome, Policy
from lifecert.domain.proof_channel import ProofChannel
from lifecert.domain.reasons import Reason
from lifecert.domain.session import Channel
from tests.support.builders import HELPER, NOW, a_policy, good_evidence
from tests.support.devices import a_device
from tests.support.fakes.analysers import ScriptedAnalyser
from tests.support.verifying import VerifyWorld, with_other
from tests.unit.certify.test_start_session import World, a_request

KIOSK, WEB = ProofChannel.KIOSK, ProofChannel.WEB


def a_proof(**fields: Any) -> DeviceProof:
    return replace(DeviceProof("k" * 43, KIOSK, "n" * 22, NOW.date(), NOW + timedelta(minutes=10)), **fields)


def with_device(world: World, **fields: Any) -> World:
    world.store.devices_port.register(a_device(**{"device_id": "k" * 43, **fields}))
    return world


def strict(audit: float = 0.0, accept: float = 0.5, steps: float = 0.45, challenge_steps: int = 2) -> Policy:
    """A policy whose kiosks have limits of their own, and which draws nobody."""
    own = ChannelLimits(audit, accept, steps, challenge_steps)
    return a_policy(audit=Audit(0.0, 0.0), channels={KIOSK: own})


def test_a_session_of_a_device_in_force_is_of_its_channel_and_names_it() -> None:
    world = with_device(World())
    session = world.start(a_request(), HELPER, a_proof()).session
    assert (session.proof_channel, session.device_id) == (KIOSK, "k" * 43)
    assert world.store.sessions.get(session.session_id) == session


@pytest.mark.parametrize("said", list(Channel))
def test_what_a_client_says_of_itself_is_no_proof(said: Channel) -> None:
    session = with_device(World()).start(a_request(channel=said), HELPER).session
    assert (session.proof_channel, session.device_id, session.channel) == (WEB, "", said)


@pytest.mark.parametrize(
    ("device", "proof"),
    [
        ({"device_id": "another"}, {}),
        ({"channel": ProofChannel.REGISTERED_DEVICE}, {}),
        ({}, {"channel": ProofChannel.REGISTERED_DEVICE}),
        ({"ends_on": date(2026, 2, 28)}, {}),
        ({"revoked_at": NOW, "revoked_by": "clerk-1"}, {}),
    ],
    ids=["unknown", "a tablet that says kiosk", "a kiosk that says tablet", "over", "revoked"],
)
def test_a_device_that_is_not_in_force_sends_nobody_away_and_proves_nothing(
    device: dict[str, Any], proof: dict[str, Any]
) -> None:
    world = with_device(World(), **device)
    session = world.start(a_request(), HELPER, a_proof(**proof)).session
    assert (session.proof_channel, session.device_id) == (WEB, "")
    assert len(world.store.sessions_by_id) == 1


def test_the_last_day_still_counts() -> None:
    world = with_device(World(), ends_on=NOW.date())
    assert world.start(a_request(), HELPER, a_proof()).session.proof_channel is KIOSK


def test_a_proof_is_good_for_one_session() -> None:
    world = with_device(World())
    assert world.start(a_request(), HELPER, a_proof()).session.proof_channel is KIOSK
    assert world.start(a_request(), HELPER, a_proof()).session.proof_channel is WEB
    assert world.start(a_request(), HELPER, a_proof(nonce="another" * 3)).session.proof_channel is KIOSK


def test_a_repeat_meets_its_session_whatever_became_of_the_device() -> None:
    world, request = with_device(World()), a_request(idempotency_key="one-and-the-same")
    first = world.start(request, HELPER, a_proof()).session
    world.store.devices.clear()
    for proof in (a_proof(), a_proof(nonce="another" * 3), None):
        assert world.start(request, HELPER, proof).session == first


def test_a_start_that_proves_nothing_is_counted_once_and_a_device_lifts_no_limit() -> None:
    world = World()
    world.start(a_request(), HELPER, a_proof())
    assert [number for name, number in world.store.counted.items() if name.startswith("user#")] == [1]
    with_device(world)
    full = {name: 10_000 for name in world.store.counted if name.startswith("user#")}
    world.store.counted.update(full)
    with pytest.raises(LimitReached):
        world.start(a_request(), HELPER, a_proof())
    assert not [name for name in world.store.counted if name.startswith("device#")], "nor is the proof used up"


def test_a_channel_with_more_steps_asks_for_them_and_falls_back_to_fewer() -> None:
    world = with_device(World())
    opening = replace(world.start.opening, policy=strict(challenge_steps=4))
    world.start = replace(world.start, opening=opening)
    assert len(world.start(a_request(), HELPER, a_proof()).session.challenge) == 5
    assert len(world.start(a_request(), HELPER, a_proof(nonce="another" * 3, device_id="?")).session.challenge) == 3


def decided(policy: Policy, channel: ProofChannel, evidence: Any = None, **session: Any) -> VerifyWorld:
    """A session of a channel, decided by a policy."""
    world = VerifyWorld()
    if evidence:
        world.verify = with_other(world.verify, analyser=ScriptedAnalyser(evidence))
    world.verify = with_other(world.verify, policy=policy)
    opened = world.session()
    world.store.sessions_by_id[opened.session_id] = replace(opened, proof_channel=channel, **session)
    world.verify(opened.session_id, HELPER)
    return world


@pytest.mark.parametrize(("channel", "audited"), [(KIOSK, 1), (WEB, 0), (ProofChannel.REGISTERED_DEVICE, 0)])
def test_a_channel_is_audited_at_its_own_rate(channel: ProofChannel, audited: int) -> None:
    assert len(decided(strict(audit=1.0), channel).store.reviews) == audited


def test_a_letters_session_is_audited_as_its_channel_is_if_that_is_more() -> None:
    closer = a_policy(audit=Audit(0.0, 1.0), channels={KIOSK: ChannelLimits(0.0, 0.5, 0.45, 2)})
    assert closer.of(KIOSK).audit == Audit(0.0, 1.0)
    assert strict(audit=1.0).of(KIOSK).audit == Audit(1.0, 1.0)


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        (strict(accept=0.95), Reason.MATCH_UNCERTAIN),
        (strict(steps=0.94, accept=0.95), Reason.MATCH_UNCERTAIN),
        (strict(challenge_steps=3), Reason.CHALLENGE_NOT_POSSIBLE),
    ],
    ids=["accept", "steps", "challenge"],
)
def test_a_channel_is_judged_by_its_own_limits(policy: Policy, reason: Reason) -> None:
    world = decided(policy, KIOSK)
    [session] = world.store.sessions_by_id.values()
    assert session.result
    assert session.result.decision == Decision(Outcome.REVIEW, reason)
    [other] = decided(policy, WEB).store.sessions_by_id.values()
    assert other.result
    assert other.result.decision.outcome is Outcome.ACCEPTED


def test_the_channel_stands_in_certificate_statement_and_ledger() -> None:
    world = decided(a_policy(), KIOSK, device_id="k" * 43)
    [certificate] = world.store.certificates.values()
    assert certificate.proof_channel is KIOSK
    assert certificate.claims("issuer")["proof_channel"] == "kiosk"
    assert "device_id" not in certificate.claims("issuer"), "which device is for the office"
    entry = world.store.entries[world.id][-1]
    assert entry.event is LedgerEvent.CERTIFIED
    assert (entry.details["proof_channel"], entry.details["device_id"]) == ("kiosk", "k" * 43)
    assert entry.hash == entry.computed_hash()


def test_a_failed_try_says_through_what_it_came_too() -> None:
    world = decided(a_policy(), WEB, good_evidence(0.4))
    details = world.store.entries[world.id][-1].details
    assert details["proof_channel"] == "web"
    assert "device_id" not in details


def test_what_a_certificate_from_before_says_is_as_it_was() -> None:
    [certificate] = decided(a_policy(), WEB).store.certificates.values()
    assert certificate.claims("issuer")["proof_channel"] == "web"
    assert "proof_channel" not in replace(certificate, proof_channel=None).claims("issuer")
