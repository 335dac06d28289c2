"""The fakes behind every factory of the composition root."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest

from lifecert.adapters.files.notice_texts import load_notice_text
from lifecert.adapters.kms.protected_references import ProtectedReferences
from lifecert.application.certify.get_certificate import GetCertificate
from lifecert.application.certify.get_status import GetBeneficiary, GetSession
from lifecert.application.certify.start_session import StartSession
from lifecert.application.certify.verify_face import VerifyFace
from lifecert.application.faces.consent import GiveConsent, WithdrawConsent
from lifecert.application.faces.enrol_reference import BeginEnrolment, FinishEnrolment
from lifecert.application.faces.find_duplicates import FindDuplicates
from lifecert.application.faces.purge_faces import PurgeFaces
from lifecert.application.feed.publish import Publish
from lifecert.application.feed.write_change_files import WriteChangeFiles
from lifecert.application.notices.note_delivery import NoteDelivery
from lifecert.application.notices.send_notice import SendNotice
from lifecert.application.office.certify_in_person import CertifyInPerson
from lifecert.application.office.decide_holds import DecideHolds, GetHoldBatch, ListHoldBatches
from lifecert.application.office.decide_review import DecideReview
from lifecert.application.office.entitlement import ConfirmProposal, Propose
from lifecert.application.office.get_reviews import GetReview, ListReviews
from lifecert.application.office.get_statistics import GetStatistics
from lifecert.application.office.import_data_match import ImportDataMatch
from lifecert.application.office.register_beneficiary import RegisterBeneficiary
from lifecert.application.office.report_death import ReportDeath
from lifecert.application.office.set_contact import SetContact
from lifecert.application.shared.reviewing import OpenReview
from lifecert.application.sweep.holds import UndecidedHolds
from lifecert.bootstrap import notices as bootstrap_notices
from lifecert.bootstrap import office as bootstrap_office
from lifecert.bootstrap import phone as bootstrap
from lifecert.bootstrap import streams as bootstrap_streams
from lifecert.bootstrap import sweep as bootstrap_sweep
from lifecert.domain.category import Scheme
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.notice import QuietHours
from lifecert.entry.http.once import Once
from lifecert.entry.log import logger
from tests.support.builders import a_policy, helper_volume, start_limits
from tests.support.fakes.analysers import ReadingAnalyser
from tests.support.fakes.keys import BackwardsProtection, FakeTokens
from tests.support.fakes.notices import FakeSeal
from tests.support.fakes.sessions import FirstSteps
from tests.support.wiring.population import populate
from tests.support.wiring.world import World

POLICY = a_policy()
HELP_LINES = HelpLines("12333", {Scheme.PENSION: {"11": "010-12333"}, Scheme.WORK_INJURY: {}})


def phone(world: World) -> dict[str, Any]:
    """The phone's calls, and what all share."""
    store, clock = world.store, world.clock
    return {
        "start_session": StartSession(
            store.register,
            store.sessions,
            world.photos,
            world.keys,
            clock,
            FirstSteps(),
            POLICY,
            "2026-1",
            HELP_LINES,
            store.limits,
            start_limits(),
        ),
        "verify_face": VerifyFace(
            store.register,
            store.sessions,
            store.references,
            world.photos,
            store.seen_frames,
            ReadingAnalyser(),
            clock,
            POLICY,
            world.issuer,
            helper_volume(store.limits, store.register, clock),
        ),
        "get_certificate": GetCertificate(store.certificates_port, store.register, clock),
        "public_keys": world.signing,
        "tokens": FakeTokens(),
        "get_session": GetSession(store.sessions, store.reviews_port),
        "get_beneficiary": GetBeneficiary(store.register, store.ledger),
        "clock": clock,
        "help_lines": HELP_LINES,
    }


def office(world: World) -> dict[str, Any]:
    """The office's calls."""
    store, photos, clock, issuer = world.store, world.photos, world.clock, world.issuer
    return {
        "register_beneficiary": RegisterBeneficiary(store.register, world.keys, FakeSeal(), clock),
        "register_once": Once(world.answers),
        "begin_enrolment": BeginEnrolment(store.register, store.references, photos, clock, POLICY),
        "finish_enrolment": FinishEnrolment(
            store.register, _protected(world), photos, ReadingAnalyser(), clock, POLICY, BackwardsProtection()
        ),
        "list_reviews": ListReviews(store.reviews_port),
        "get_review": GetReview(store.reviews_port, store.sessions, store.references, store.ledger, photos),
        "decide_review": DecideReview(
            store.register, store.reviews_port, store.sessions, store.ledger, photos, clock, issuer
        ),
        "certify_in_person": CertifyInPerson(store.register, clock, issuer),
        "certify_once": Once(world.answers),
        "propose": Propose(store.register, store.reviews_port, store.certificates_port, clock),
        "confirm_proposal": ConfirmProposal(store.register, store.reviews_port, store.ledger, clock),
        "withdraw_consent": WithdrawConsent(store.register, clock),
        "give_consent": GiveConsent(store.register, clock, "2026-1"),
        "report_death": ReportDeath(store.register, world.keys, clock, HELP_LINES),
        "import_data_match": ImportDataMatch(store.register, world.imports, world.keys, clock, issuer),
        "list_hold_batches": ListHoldBatches(store.hold_batches),
        "get_hold_batch": GetHoldBatch(store.hold_batches),
        "decide_holds": DecideHolds(store.hold_batches, clock),
        "get_statistics": GetStatistics(
            store.sweep_runs, world.reports, store.reviews_port, store.hold_batches, store.face_counts
        ),
    }


def streams(world: World) -> dict[str, Any]:
    """What follows a change by itself, or comes at its hour."""
    store, clock = world.store, world.clock
    return {
        "find_duplicates": FindDuplicates(
            store.register, _protected(world), world.gallery, OpenReview(store.register, clock), POLICY
        ),
        "purge_faces": PurgeFaces(
            store.register, store.register, store.references, world.photos, store.face_counts, clock, store.shards
        ),
        "publish": Publish(world.bus, world.changes),
        "write_change_files": WriteChangeFiles(world.changes, world.change_files, clock),
    }


def notices(world: World) -> dict[str, Any]:
    """Contacts, sending and receipts."""
    store, clock = world.store, world.clock
    return {
        "set_contact": SetContact(store.register, FakeSeal(), clock),
        "send_notice": SendNotice(
            store.register,
            store.contacts_port,
            FakeSeal(),
            world.sender,
            clock,
            load_notice_text("zh-CN"),
            HELP_LINES,
            QuietHours(21, 8),
        ),
        "wait_for_notice": lambda _receipt, seconds: world.waits.append(seconds),
        "note_delivery": NoteDelivery(store.register, store.sent_notices_port, clock),
    }


def sweep(world: World) -> dict[str, Any]:
    """The nightly run."""
    night = world.night
    return {
        "plan_sweep": night.plan,
        "dry_run": night.dry_run,
        "undecided_holds": UndecidedHolds(world.store.hold_batches, world.clock),
        "watch_sweep": night.watch,
        "work_sweep": night.work,
        "wait_for_task": lambda _receipt, seconds: world.waits.append(seconds),
        "task_tries": night.queue.tries,
    }


def _protected(world: World) -> ProtectedReferences:
    return ProtectedReferences(world.store.references, BackwardsProtection())


AREAS: dict[ModuleType, Callable[[World], dict[str, Any]]] = {
    bootstrap: phone,
    bootstrap_office: office,
    bootstrap_streams: streams,
    bootstrap_notices: notices,
    bootstrap_sweep: sweep,
}


@contextmanager
def world_on_fakes() -> Iterator[World]:
    """A populated world behind all functions; its `log` gets every line as it is written."""
    world = World()
    populate(world)
    copy = logging.StreamHandler(world.log)
    copy.setFormatter(logger.registered_formatter)
    logger.addHandler(copy)
    try:
        with pytest.MonkeyPatch.context() as monkeypatch:
            for module, fakes in AREAS.items():
                for name, built in fakes(world).items():
                    monkeypatch.setattr(module, name, lambda built=built: built)
            yield world
    finally:
        logging.getLogger(logger.name).removeHandler(copy)
