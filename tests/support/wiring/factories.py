"""Fakes behind all functions: they stand where the composition root asks for its parts, and it builds the rest."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import _lru_cache_wrapper
from types import ModuleType
from typing import Any

import pytest

from lifecert.adapters.kms.protected_references import ProtectedReferences
from lifecert.bootstrap import (
    devices,
    imports,
    notices,
    office,
    pages,
    parts,
    phone,
    proofs,
    records,
    stores,
    streams,
    sweep,
)
from lifecert.domain.category import Scheme
from lifecert.domain.help_lines import HelpLines
from lifecert.entry.http.once import Once
from lifecert.entry.log import logger
from lifecert.entry.settings import Common
from tests.support.builders import a_policy
from tests.support.fakes.analysers import ReadingAnalyser
from tests.support.fakes.keys import BackwardsProtection, FakeTokens
from tests.support.fakes.notices import FakeSeal
from tests.support.fakes.sessions import FirstSteps
from tests.support.fakes.sweep import NoPace
from tests.support.templates import ROOT
from tests.support.verifying import ByMessage
from tests.support.wiring.environment import environment_of
from tests.support.wiring.population import populate
from tests.support.wiring.world import World

AREAS: tuple[ModuleType, ...] = (devices, imports, notices, office, pages, phone, proofs, records, streams, sweep)
HELP_LINES = HelpLines("12333", {Scheme.PENSION: {"11": "010-12333"}, Scheme.WORK_INJURY: {}})


def fakes(world: World) -> dict[str, Any]:
    """What each function of `parts` and `stores` gives that is no longer the real thing."""
    store, policy = world.store, a_policy()

    def wait(_receipt: str, seconds: int) -> None:
        world.waits.append(seconds)

    return {
        "policy": policy,
        "help_lines": HELP_LINES,
        "analyser": ReadingAnalyser(),
        "clock": world.clock,
        "answering_clock": world.clock,
        "chooser": FirstSteps(),
        "seeded_chooser": FirstSteps(),
        "register": store.register,
        "changing_register": store.register,
        "ledger": store.ledger,
        "sessions": store.sessions,
        "certificates": store.certificates_port,
        "reviews": store.reviews_port,
        "references": store.references,
        "plain_references": ProtectedReferences(store.references, BackwardsProtection()),
        "seen_frames": store.seen_frames,
        "claims": store.claims,
        "face_counts": store.face_counts,
        "limits": store.limits,
        "access_log": store.access_log,
        "devices": store.devices_port,
        "payment_references": store.payment_references,
        "hold_batches": store.hold_batches,
        "contacts": store.contacts_port,
        "sent_notices": store.sent_notices_port,
        "changes": world.changes,
        "heads": world.heads,
        "work_lists": world.lists,
        "anchors": world.anchors,
        "anchor_signer": world.signing,
        "sweep_runs": store.sweep_runs,
        "once": Once(world.answers),
        "photos": world.photos,
        "review_photos": world.photos,
        "imports": world.imports,
        "imported_photos": world.imported_photos,
        "letters": world.letters,
        "letter_files": world.letter_files,
        "import_runs": world.import_runs,
        "register_files": world.register_files,
        "import_tasks": world.import_queue,
        "change_files": world.change_files,
        "snapshots": world.snapshots,
        "sweep_reports": world.reports,
        "run_reports": world.reports,
        "gallery": world.gallery,
        "person_keys": world.keys,
        "invitations": store.invitations_port,
        "invitation_keys": world.invitation_keys,
        "helper_names": FakeSeal(),
        "web_folder": ROOT / "tests/support/web",
        "addresses": FakeSeal(),
        "protection": BackwardsProtection(),
        "issuer": world.issuer,
        "public_keys": world.signing,
        "tokens": FakeTokens(),
        "event_bus": world.bus,
        "tasks": world.queue,
        "waiting": wait,
        "notice_sender": world.sender,
        "pace": NoPace(),
    }


def factories_of(area: ModuleType) -> dict[str, Any]:
    """The factories of one area, or of `parts`."""
    return {name: member for name, member in vars(area).items() if isinstance(member, _lru_cache_wrapper)}


def forget() -> None:
    """Let every factory build anew."""
    for factory in [factory for area in (*AREAS, parts) for factory in factories_of(area).values()]:
        factory.cache_clear()


@contextmanager
def on_fakes(world: World) -> Iterator[None]:
    """Behind all functions stands this world."""
    names = ("STARTS_BY_USER", "UNKNOWN_BY_USER", "STARTS_FOR_PERSON", "USUAL_HELPER_DAY", "FINDS_HOUR", "FINDS_DAY")
    ours = {
        "DUE_SHARDS": str(world.store.shards),
        "SWEEP_TRIES": str(world.queue.tries),
        **{f"LIMIT_{name}": "1000" for name in names},
    }
    from_environment = Common.load.__func__  # type: ignore[attr-defined]

    def load(model: type[Common]) -> Any:
        return from_environment(model, {name: ours.get(name, value) for name, value in environment_of(model).items()})

    with pytest.MonkeyPatch.context() as monkeypatch:
        # Of these pools the event files have their tokens.
        for pool, kind in (("USER", "people"), ("STAFF", "staff")):
            issuer = f"https://cognito-idp.us-east-1.amazonaws.com/us-east-1_{kind}"
            monkeypatch.setenv(f"{pool}_POOL_ISSUER", issuer)
            monkeypatch.setenv(f"{pool}_POOL_CLIENT_ID", f"{kind}-app")
        monkeypatch.setenv("CLERKS_WITHOUT_DISTRICT", "Everywhere")
        monkeypatch.setattr(Common, "load", classmethod(load))
        for name, part in fakes(world).items():
            home = stores if hasattr(stores, name) else parts
            monkeypatch.setattr(home, name, lambda *_, part=part, **__: part)
        monkeypatch.setattr(parts, "deciding", lambda _: ByMessage(phone.decide_session()))
        for area in (devices, office, phone, records):
            monkeypatch.setattr(area, "clock", lambda: world.clock)
        monkeypatch.setattr(phone, "help_lines", lambda: HELP_LINES)
        forget()
        try:
            yield
        finally:
            forget()


def use_cases(world: World) -> dict[str, Any]:
    """What every factory makes over this world, by its name."""
    with on_fakes(world):
        return {name: factory() for area in AREAS for name, factory in factories_of(area).items()}


@contextmanager
def world_on_fakes() -> Iterator[World]:
    """A populated world behind all functions; its `log` gets every line as it is written."""
    world = World()
    populate(world)
    copy = logging.StreamHandler(world.log)
    copy.setFormatter(logger.registered_formatter)
    logger.addHandler(copy)
    try:
        with on_fakes(world):
            yield world
    finally:
        logging.getLogger(logger.name).removeHandler(copy)
