"""The composition root builds every use case from the settings of its function, without a call to anywhere."""

import inspect
import random
import re
import secrets
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lifecert.adapters.system_clock import SystemClock
from lifecert.bootstrap import parts, phone
from lifecert.domain.policy import PassiveUse
from lifecert.domain.sweep import JobKind
from lifecert.entry.log import at_start
from lifecert.entry.settings import Common, SettingsError
from tests.support.wiring.environment import environment_of
from tests.support.wiring.factories import AREAS, factories_of, forget

# Each factory that reads settings, and whose: no other function has all of them.
FACTORIES: dict[str, type[Common]] = {
    name: getattr(area, settings.pop())
    for area in AREAS
    for name, factory in factories_of(area).items()
    if len(settings := set(re.findall(r"(\w+Settings)\.load\(\)", inspect.getsource(factory)))) == 1
}
# Use cases that are more than one call.
SEVERAL_WAYS_IN = {"report_death"}
# What handlers ask of a factory that is no use case.
OTHERS = {
    *(
        "client_config",
        "clock",
        "district_names",
        "help_lines",
        "page_headers",
        "public_keys",
        "site",
        "sources",
        "task_tries",
    ),
    *("assets", "certificate_site", "desk", "desk_headers", "device_proofs", "named_districts", "tokens"),
}
USE_CASES = sorted(set(FACTORIES) - OTHERS)


def factory_of(name: str) -> Any:
    return next(getattr(module, name) for module in AREAS if hasattr(module, name))


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    forget()
    # The models are the vision tests' business.
    monkeypatch.setattr(parts, "analyser", lambda: None)
    yield
    forget()


def give(monkeypatch: pytest.MonkeyPatch, model: type[Common]) -> None:
    for name, value in environment_of(model).items():
        monkeypatch.setenv(name, value)


def test_every_factory_is_tried() -> None:
    cached = {name for area in AREAS for name in factories_of(area)}
    assert cached == {*USE_CASES, *OTHERS}


@pytest.mark.parametrize("name", USE_CASES)
def test_a_use_case_is_built_once(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    give(monkeypatch, FACTORIES[name])
    factory = factory_of(name)
    assert callable(factory()) == (name not in SEVERAL_WAYS_IN)
    assert factory() is factory()


@pytest.mark.parametrize("name", USE_CASES)
def test_without_its_settings_nothing_is_built(name: str) -> None:
    with pytest.raises(SettingsError, match="STAGE"):
        factory_of(name)()


@pytest.mark.parametrize(("stage", "use"), [("dev", PassiveUse.WHEN_BUILT), ("prod", PassiveUse.REQUIRED)])
def test_production_does_not_go_without_the_passive_cue(
    stage: str, use: PassiveUse, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(monkeypatch, FACTORIES["verify_face"])
    monkeypatch.setenv("STAGE", stage)
    monkeypatch.setenv("CLOCK_SHIFT_DAYS", "0")
    parts.policy.cache_clear()
    try:
        assert parts.policy().passive.use is use
    finally:
        parts.policy.cache_clear()


def test_names_reach_the_adapters(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, phone.DecideSessionSettings)
    built: Any = phone.decide_session()
    tables = {name: getattr(built.register.tables, name) for name in built.register.tables.__slots__}
    assert tables == {
        name: "" if name in ("counters", "contacts", "notices", "hold_batches", "invitations") else f"the-{name}_table"
        for name in tables
    }
    assert built.register.shards == 4
    assert built.photos.frames_bucket == "the-frames_bucket"
    assert (built.claims.sessions, built.claims.beneficiaries) == ("the-sessions_table", "the-beneficiaries_table")


def test_what_looks_knows_who_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, phone.VerifyFaceSettings)
    built: Any = phone.verify_face()
    assert built.decide.function == "the-decide_function"
    config = built.decide.client.meta.config
    # It may start cold, and the function that waits for it has 28 seconds in all.
    assert config.read_timeout > 5
    assert (config.connect_timeout + config.read_timeout) * config.retries["total_max_attempts"] < 20
    assert built.references.stored.table == "the-references_table"
    assert built.references.protection.key_id == "the-template_key_id"


def test_certificates_are_signed_and_published_under_one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, phone.DecideSessionSettings)
    verify: Any = phone.decide_session()
    assert verify.issuer.name == "the-issuer"
    for name in ("ISSUER", *(n.upper() for n in phone.DecideSessionSettings.model_fields)):
        monkeypatch.delenv(name, raising=False)
    give(monkeypatch, phone.GetCertificateSettings)
    keys: Any = phone.public_keys()
    assert verify.issuer.signer.key_id == "the-certificate_key_id"
    assert keys.key_ids == ("the-certificate_key_id", "the-certificate_key_old_id")


def test_tokens_are_checked_by_the_names_given_and_over_https(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, phone.AuthoriseSettings)
    tokens: Any = phone.tokens()
    assert (tokens.issuer, tokens.audience) == ("https://issuer.example.org", "the-oidc_audience")
    assert (tokens.groups_claim, tokens.payer_claim, tokens.discovery) == ("the-oidc_groups_claim", "scope", "")
    assert tokens.fetch.keywords == {"only_https": True}
    assert phone.tokens() is tokens


def test_clients_give_up_before_the_function_does(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, phone.StartSessionSettings)
    built: Any = phone.start_session()
    for client in (built.register.client, built.opening.photos.client, built.person_keys.client):
        config = client.meta.config
        assert (config.connect_timeout + config.read_timeout) * config.retries["total_max_attempts"] < 10
    assert built.opening.photos.client.meta.config.signature_version == "s3v4"


def test_functions_build_at_their_start_in_lambda_only(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[int] = []
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_NAME", raising=False)
    at_start(lambda: built.append(1))
    assert not built
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "verify_face")
    at_start(lambda: built.append(1))
    assert built


@pytest.mark.parametrize("name", USE_CASES)
def test_nothing_unique_is_made_while_a_function_starts(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A start can be copied then, as SnapStart's snapshots are (docs/adr/0012)."""

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("something unique was made, or somebody called")

    give(monkeypatch, FACTORIES[name])
    for owner, attribute in (
        (uuid, "uuid4"),
        (secrets, "token_bytes"),
        (secrets, "token_hex"),
        (random.SystemRandom, "random"),
        (random.SystemRandom, "getrandbits"),
        (SystemClock, "now"),
        (SystemClock, "today"),
        (socket.socket, "connect"),
    ):
        monkeypatch.setattr(owner, attribute, refused)
    assert factory_of(name)()


def test_planner_and_workers_have_every_kind_of_job(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, FACTORIES["plan_sweep"])
    assert set(factory_of("plan_sweep")().scope.kinds) == set(JobKind)
    forget()
    give(monkeypatch, FACTORIES["work_sweep"])
    assert set(factory_of("work_sweep")().kinds) == set(JobKind)


def test_what_lies_in_web_is_found_where_the_layers_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="web layer"):
        parts.web_folder()
    (tmp_path / "lifecert_web" / "phone").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert parts.web_folder() == tmp_path / "lifecert_web"
