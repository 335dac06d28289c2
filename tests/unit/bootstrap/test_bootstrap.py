"""The composition root builds every use case from the settings of its function, without a call to anywhere."""

import random
import secrets
import socket
import uuid
from collections.abc import Iterator
from functools import _lru_cache_wrapper
from typing import Any

import pytest

from lifecert.adapters.system_clock import SystemClock
from lifecert.bootstrap import notices, office, parts, phone, streams, sweep
from lifecert.entry import settings
from lifecert.entry.settings import SettingsError

FACTORIES: dict[str, type[settings.Common]] = {
    "start_session": settings.StartSessionSettings,
    "verify_face": settings.VerifyFaceSettings,
    "get_certificate": settings.GetCertificateSettings,
    "get_session": settings.GetStatusSettings,
    "get_beneficiary": settings.GetStatusSettings,
    "register_beneficiary": settings.RegisterBeneficiarySettings,
    "register_once": settings.RegisterBeneficiarySettings,
    "begin_enrolment": settings.EnrolReferenceSettings,
    "finish_enrolment": settings.EnrolReferenceSettings,
    "plan_sweep": settings.ExpirySweepSettings,
    "dry_run": settings.ExpirySweepSettings,
    "undecided_holds": settings.ExpirySweepSettings,
    "watch_sweep": settings.ExpirySweepSettings,
    "work_sweep": settings.SweepWorkerSettings,
    "wait_for_task": settings.SweepWorkerSettings,
    "set_contact": settings.RegisterBeneficiarySettings,
    "send_notice": settings.SendNoticeSettings,
    "wait_for_notice": settings.SendNoticeSettings,
    "note_delivery": settings.NoticeReceiptSettings,
    "withdraw_consent": settings.ChangeConsentSettings,
    "give_consent": settings.ChangeConsentSettings,
    "purge_faces": settings.PurgeFacesSettings,
    "write_change_files": settings.WriteChangeFileSettings,
    "publish": settings.PublishEventsSettings,
    "find_duplicates": settings.FindDuplicatesSettings,
    "report_death": settings.ReportDeathSettings,
    "import_data_match": settings.ImportDataMatchSettings,
    "list_hold_batches": settings.DecideHoldsSettings,
    "get_hold_batch": settings.DecideHoldsSettings,
    "decide_holds": settings.DecideHoldsSettings,
    "get_statistics": settings.GetStatisticsSettings,
    "list_reviews": settings.ReviewCasesSettings,
    "get_review": settings.ReviewCasesSettings,
    "decide_review": settings.ReviewCasesSettings,
    "certify_in_person": settings.CertifyInPersonSettings,
    "certify_once": settings.CertifyInPersonSettings,
    "propose": settings.ChangeEntitlementSettings,
    "confirm_proposal": settings.ChangeEntitlementSettings,
}
# Use cases that are more than one call.
SEVERAL_WAYS_IN = {"report_death"}
# What handlers ask of a factory that is no use case.
OTHERS = {"clock", "help_lines", "public_keys", "task_tries", "tokens"}
AREAS = (phone, notices, office, streams, sweep)
SPECIAL = {"stage": "prod", "time_zone": "Asia/Shanghai", "clock_shift_days": "0", "due_shards": "4"}
SPECIAL |= {"sweep_rate": "50", "sweep_tries": "5", "reminder_days": "60,30,7,1", "hold_grace_days": "90"}
SPECIAL |= {"quiet_hours": "21-8", "notice_language": "zh-CN"}
SPECIAL |= dict.fromkeys(("limit_starts_by_user", "limit_unknown_by_user", "limit_starts_for_person"), "7")
SPECIAL["oidc_issuer"] = "https://issuer.example.org"
SPECIAL["limit_usual_helper_day"] = "7"
SPECIAL["shadow_policy"] = ""
SPECIAL |= {"person_secrets": "1,2", "person_secrets_moving": "true"}


def factory_of(name: str) -> Any:
    return next(getattr(module, name) for module in AREAS if hasattr(module, name))


def forget() -> None:
    for member in [member for module in (*AREAS, parts) for member in vars(module).values()]:
        if isinstance(member, _lru_cache_wrapper):
            member.cache_clear()


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


def give(monkeypatch: pytest.MonkeyPatch, model: type[settings.Common]) -> None:
    for field in model.model_fields:
        monkeypatch.setenv(field.upper(), SPECIAL.get(field, f"the-{field}"))


def test_every_factory_is_tried() -> None:
    cached = {name for area in AREAS for name, one in vars(area).items() if isinstance(one, _lru_cache_wrapper)}
    assert cached == {*FACTORIES, *OTHERS}


@pytest.mark.parametrize("name", sorted(FACTORIES))
def test_a_use_case_is_built_once(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    give(monkeypatch, FACTORIES[name])
    factory = factory_of(name)
    assert callable(factory()) == (name not in SEVERAL_WAYS_IN)
    assert factory() is factory()


@pytest.mark.parametrize("name", sorted(FACTORIES))
def test_without_its_settings_nothing_is_built(name: str) -> None:
    with pytest.raises(SettingsError, match="STAGE"):
        factory_of(name)()


def test_names_reach_the_adapters(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, settings.VerifyFaceSettings)
    built: Any = phone.verify_face()
    tables = {name: getattr(built.register.tables, name) for name in built.register.tables.__slots__}
    assert tables == {
        name: "" if name in ("counters", "contacts", "notices", "hold_batches") else f"the-{name}_table"
        for name in tables
    }
    assert built.register.shards == 4
    assert built.photos.frames_bucket == "the-frames_bucket"
    assert built.references.stored.table == "the-references_table"
    assert built.references.protection.key_id == "the-template_key_id"


def test_certificates_are_signed_and_published_under_one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, settings.VerifyFaceSettings)
    verify: Any = phone.verify_face()
    assert verify.issuer.name == "the-issuer"
    for name in ("ISSUER", *(n.upper() for n in settings.VerifyFaceSettings.model_fields)):
        monkeypatch.delenv(name, raising=False)
    give(monkeypatch, settings.GetCertificateSettings)
    keys: Any = phone.public_keys()
    assert verify.issuer.signer.key_id == "the-certificate_key_id"
    assert keys.key_ids == ("the-certificate_key_id", "the-certificate_key_old_id")


def test_tokens_are_checked_by_the_names_given_and_over_https(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, settings.AuthoriseSettings)
    tokens: Any = phone.tokens()
    assert (tokens.issuer, tokens.audience) == ("https://issuer.example.org", "the-oidc_audience")
    assert tokens.groups_claim == "the-oidc_groups_claim"
    assert tokens.fetch.keywords == {"only_https": True}
    assert phone.tokens() is tokens


def test_clients_give_up_before_the_function_does(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, settings.StartSessionSettings)
    built: Any = phone.start_session()
    for client in (built.register.client, built.photos.client, built.person_keys.client):
        config = client.meta.config
        assert (config.connect_timeout + config.read_timeout) * config.retries["total_max_attempts"] < 10
    assert built.photos.client.meta.config.signature_version == "s3v4"


def test_functions_build_at_their_start_in_lambda_only(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[int] = []
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_NAME", raising=False)
    phone.at_start(lambda: built.append(1))
    assert not built
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "verify_face")
    phone.at_start(lambda: built.append(1))
    assert built


@pytest.mark.parametrize("name", sorted(FACTORIES))
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
