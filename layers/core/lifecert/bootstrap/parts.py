"""The parts that use cases are built of: one function for each port, and the rules from their files.

The factories of the areas (`phone`, `office`, `sweep`, `notices`, `streams`) ask for parts here and, for what is kept
in tables, in `stores`, and nowhere else, so that a test puts fakes behind all of them by replacing these functions
(tests/support/wiring/factories.py). Nothing is built at import. Each part asks for the mixin of settings that names
what it needs (entry/settings.py).
"""

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from lifecert.adapters.system_clock import SystemClock
from lifecert.entry import settings

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from lifecert.adapters.messages.tasks import SqsTasks
    from lifecert.adapters.s3.photos import S3Photos
    from lifecert.adapters.s3.sweep_reports import S3RunReports, S3SweepReports
    from lifecert.application.shared.issuing import Issuer
    from lifecert.domain.consent import ConsentTexts
    from lifecert.domain.data_match import Sources
    from lifecert.domain.districts import DistrictNames
    from lifecert.domain.help_lines import HelpLines
    from lifecert.domain.limits import StartLimits
    from lifecert.domain.notice import NoticeText
    from lifecert.domain.number_schemes import NumberSchemes
    from lifecert.domain.policy import Policy
    from lifecert.domain.sighting import Proofs
    from lifecert.entry.http.web_files import Site
    from lifecert.ports.anchors import Anchors
    from lifecert.ports.clock import Clock
    from lifecert.ports.deciding import Deciding
    from lifecert.ports.devices import DeviceProofs
    from lifecert.ports.events import EventBus
    from lifecert.ports.feed import ChangeFiles, Snapshots
    from lifecert.ports.gallery import Gallery
    from lifecert.ports.imports import DeathMessages, Imports
    from lifecert.ports.intake import ImportedPhotos, ImportQueue, LetterFiles, RegisterFiles
    from lifecert.ports.invitations import HelperSeal, InvitationKeys
    from lifecert.ports.keys import PersonKeys
    from lifecert.ports.notices import AddressSeal, NoticeSender
    from lifecert.ports.photos import ReviewPhotos
    from lifecert.ports.protection import TemplateProtection
    from lifecert.ports.signing import PublicKeys, Signer
    from lifecert.ports.sweep import Pace, Waiting
    from lifecert.ports.tokens import Tokens
    from lifecert.ports.vision import FaceAnalyser

# ---------------------------------------------------------------------------------------------------------------------
# Clients of AWS
# ---------------------------------------------------------------------------------------------------------------------


@cache
def client(service: str, more: Any = None) -> Any:
    """A client of one AWS service; with `more` of botocore's settings, if it needs other ones."""
    import boto3
    from botocore.config import Config

    # Short: three tries against a service that hangs end before the function's own ten seconds do.
    config = Config(
        connect_timeout=1,
        read_timeout=2,
        retries={"mode": "standard", "total_max_attempts": 3},
    )
    if service == "s3":
        from lifecert.adapters.s3.photos import client_config

        config = config.merge(client_config())
    config = config.merge(more) if more else config
    return boto3.client(service, config=config)  # type: ignore[call-overload]


def dynamodb() -> "DynamoDBClient":
    """The client of all tables."""
    found: DynamoDBClient = client("dynamodb")
    return found


def s3() -> "S3Client":
    """The client of all buckets."""
    found: S3Client = client("s3")
    return found


# ---------------------------------------------------------------------------------------------------------------------
# Rules, time and chance
# ---------------------------------------------------------------------------------------------------------------------


@cache
def policy() -> "Policy":
    """What the machine accepts. In production no build goes without the passive cue, unless the policy has it off."""
    from lifecert.adapters.files.policy import load_policy

    found = load_policy()
    return found.with_passive_cue() if settings.Common.load().stage == "prod" else found


def shadow_policy(version: str) -> "Policy":
    """The policy on trial."""
    from lifecert.adapters.files.policy import load_shadow_policy

    return load_shadow_policy(version, policy())


@cache
def proofs() -> "Proofs":
    """The limits of what clerks certify."""
    from lifecert.adapters.files.policy import load_proofs

    return load_proofs()


@cache
def sources() -> "Sources":
    """How far other registers are believed, and what a person is told of them."""
    from lifecert.adapters.files.policy import load_sources

    return load_sources()


@cache
def help_lines() -> "HelpLines":
    """Whom to call."""
    from lifecert.adapters.files.policy import load_help_lines

    return load_help_lines()


@cache
def district_names() -> "DistrictNames":
    """What districts are called."""
    from lifecert.adapters.files.district_names import load_district_names

    return load_district_names()


def consent_texts() -> "ConsentTexts":
    """What people agree to. A client shows the text in force and sends its version back."""
    from lifecert.adapters.files.consent_texts import load_consent_texts

    return load_consent_texts()


def notice_text(language: str) -> "NoticeText":
    """The words of notices."""
    from lifecert.adapters.files.notice_texts import load_notice_text

    return load_notice_text(language)


@cache
def analyser() -> "FaceAnalyser":
    """The models, loaded, behind a decoder that keeps its limit. Raises DecoderUnlimitedError."""
    from lifecert_vision.analyser import VisionAnalyser
    from lifecert_vision.decode import refuse_unlimited_decoder

    refuse_unlimited_decoder()
    return VisionAnalyser(policy())


def clock(names: settings.Common) -> "Clock":
    """Time in the deployment's zone."""
    return SystemClock(ZoneInfo(names.time_zone), names.clock_shift_days)


@cache
def answering_clock() -> "Clock":
    """Time, for answers that tell how much of it is left."""
    return clock(settings.Common.load())


def chooser() -> "Random":
    """Chance that nobody can foresee."""
    from random import SystemRandom

    return SystemRandom()


def seeded_chooser(seed: bytes) -> "Random":
    """The same chance for the same seed; who does not know the seed cannot foresee it."""
    from random import Random

    return Random(seed)  # noqa: S311 - the seed is a keyed hash


# ---------------------------------------------------------------------------------------------------------------------
# Files in buckets
# ---------------------------------------------------------------------------------------------------------------------


def photos(frames_bucket: str, references_bucket: str = "", ahead: timedelta = timedelta(0)) -> "S3Photos":
    """Uploads and reference photos. `ahead`: by how much this deployment's clock is ahead of S3's."""
    from lifecert.adapters.s3.photos import S3Photos

    return S3Photos(s3(), frames_bucket, references_bucket, ahead=ahead)


def web_folder() -> "Path":
    """What lies in `web/`: the web layer has it where Python finds packages."""
    from importlib.util import find_spec
    from pathlib import Path

    # A folder without code is a package too, whose loader knows nothing of it.
    found = find_spec("lifecert_web")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError("lifecert_web: the web layer is missing")
    return Path(next(iter(found.submodule_search_locations)))


@cache
def certificate_site() -> "Site":
    """What the page of a certificate is made of, one level below the stage."""
    from lifecert.entry.http.web_files import load

    return load(web_folder(), "certificate", "../")


def review_photos(frames_bucket: str, references_bucket: str) -> "ReviewPhotos":
    """Photos for a reviewer."""
    from lifecert.adapters.s3.review_photos import S3ReviewPhotos

    return S3ReviewPhotos(s3(), frames_bucket, references_bucket)


def imports(bucket: str, numbers: "NumberSchemes") -> "Imports":
    """Files of data matches."""
    from lifecert.adapters.s3.imports import S3Imports

    return S3Imports(s3(), bucket, numbers)


def death_messages(numbers: "NumberSchemes") -> "DeathMessages":
    """Messages of civil registries."""
    from lifecert.adapters.files.dci_notices import DciMessages

    return DciMessages(numbers)


def register_files(bucket: str, numbers: "NumberSchemes") -> "RegisterFiles":
    """Files of existing registers."""
    from lifecert.adapters.s3.register_files import S3RegisterFiles

    return S3RegisterFiles(s3(), bucket, numbers)


def letter_files(bucket: str, key: str) -> "LetterFiles":
    """What a print house gets, encrypted to its key."""
    from lifecert.adapters.s3.letter_files import S3LetterFiles

    return S3LetterFiles(s3(), bucket, key)


def imported_photos(bucket: str) -> "ImportedPhotos":
    """Photos that an office brought for an import."""
    from lifecert.adapters.s3.imported_photos import S3ImportedPhotos

    return S3ImportedPhotos(s3(), bucket)


def change_files(bucket: str) -> "ChangeFiles":
    """The payers' change files."""
    from lifecert.adapters.s3.change_files import S3ChangeFiles

    return S3ChangeFiles(s3(), bucket)


def snapshots(bucket: str) -> "Snapshots":
    """Snapshots of the payers' feeds, beside their change files."""
    from lifecert.adapters.s3.snapshots import S3Snapshots

    return S3Snapshots(s3(), bucket)


def anchors(bucket: str) -> "Anchors":
    """What was anchored of the ledger."""
    from lifecert.adapters.s3.anchors import S3Anchors

    return S3Anchors(s3(), bucket)


def sweep_reports(bucket: str, time_zone: str) -> "S3SweepReports":
    """Reports of the sweep to write; their page tells the time in this zone."""
    from lifecert.adapters.s3.sweep_reports import S3SweepReports

    return S3SweepReports(s3(), bucket, district_names(), ZoneInfo(time_zone))


def run_reports(bucket: str) -> "S3RunReports":
    """Reports of the sweep to read."""
    from lifecert.adapters.s3.sweep_reports import S3RunReports

    return S3RunReports(s3(), bucket)


def gallery(bucket: str, key_id: str, secret_version: str) -> "Gallery":
    """Everybody's faces, to search one among them."""
    from functools import partial

    from lifecert.adapters.s3.gallery import gallery_files, gallery_secret
    from lifecert_vision.gallery import PackedGallery

    files = gallery_files(s3(), bucket, policy().match.model_version, secret_version)
    return PackedGallery(files, partial(gallery_secret, client("kms"), key_id, secret_version))


# ---------------------------------------------------------------------------------------------------------------------
# Keys
# ---------------------------------------------------------------------------------------------------------------------


def person_keys(names: settings.WithPersonKeys) -> "PersonKeys":
    """Look-up by ID number and name."""
    from lifecert.adapters.kms.person_keys import KmsPersonKeys

    return KmsPersonKeys(client("kms"), names.person_key_id, names.person_secrets, names.person_secrets_moving)


def invitation_keys(names: settings.WithInvitations) -> "InvitationKeys":
    """Look-up by the code of an invitation."""
    from lifecert.adapters.kms.invitation_keys import KmsInvitationKeys

    return KmsInvitationKeys(client("kms"), names.invitation_key_id, names.person_secrets, names.person_secrets_moving)


def helper_names(key_id: str) -> "HelperSeal":
    """Encryption of helpers' names."""
    from lifecert.adapters.kms.sealing import KmsHelperNames

    return KmsHelperNames(client("kms"), key_id)


def addresses(names: settings.WithContacts) -> "AddressSeal":
    """Encryption of addresses."""
    from lifecert.adapters.kms.sealing import KmsAddresses

    return KmsAddresses(client("kms"), names.contact_key_id)


def protection(key_id: str, version: str = "") -> "TemplateProtection":
    """`version` matters to what is stored anew only."""
    from lifecert.adapters.kms.template_protection import KmsTemplateProtection

    return KmsTemplateProtection(client("kms"), key_id, version)


def start_limits(names: settings.WithStartLimits) -> "StartLimits":
    """How many an hour takes."""
    from lifecert.domain.limits import StartLimits

    return StartLimits(
        by_user=names.limit_starts_by_user,
        unknown_by_user=names.limit_unknown_by_user,
        for_person=names.limit_starts_for_person,
    )


def issuer(names: settings.WithIssuer) -> "Issuer":
    """Who signs certificates."""
    from lifecert.adapters.kms.signing import KmsSigner
    from lifecert.application.shared.issuing import Issuer

    return Issuer(names.issuer, KmsSigner(client("kms"), names.certificate_key_id))


def anchor_signer(key_id: str) -> "Signer":
    """Who signs anchors: a key of its own, so that nobody who signs certificates can make one."""
    from lifecert.adapters.kms.signing import ANCHOR_TYPE, KmsSigner

    return KmsSigner(client("kms"), key_id, ANCHOR_TYPE)


def public_keys(*key_ids: str) -> "PublicKeys":
    """The keys to check certificates with."""
    from lifecert.adapters.kms.signing import KmsPublicKeys

    return KmsPublicKeys(client("kms"), key_ids)


def device_proofs(names: settings.Common) -> "DeviceProofs":
    """Reads what devices sign."""
    from lifecert.adapters.device_proofs import JwsDeviceProofs

    return JwsDeviceProofs(clock(names), timedelta(days=names.clock_shift_days))


def tokens(
    issuer: str,
    audience: str,
    groups_claim: str,
    payer_claim: str,
    discovery: str,
    number_claim: str,
    *,
    only_https: bool,
) -> "Tokens":
    """Tokens of another issuer; of payers' programs alone, where there is no `audience`."""
    from functools import partial

    from lifecert.adapters.oidc_tokens import OidcTokens, fetch_json

    fetch = partial(fetch_json, only_https=only_https)
    return OidcTokens(
        issuer,
        audience,
        groups_claim,
        fetch,
        payer_claim=payer_claim,
        discovery=discovery,
        number_claim=number_claim,
    )


# ---------------------------------------------------------------------------------------------------------------------
# Messages
# ---------------------------------------------------------------------------------------------------------------------


def event_bus(name: str) -> "EventBus":
    """The bus that payers listen to."""
    from lifecert.adapters.messages.bus import EventBridgeBus

    return EventBridgeBus(client("events"), name)


def tasks(queue_url: str) -> "SqsTasks":
    """The workers' queue."""
    from lifecert.adapters.messages.tasks import SqsTasks

    return SqsTasks(client("sqs"), queue_url)


def import_tasks(queue_url: str, photo_queue_url: str = "") -> "ImportQueue":
    """The queue of those who work an import, and, where both are sent to, that of those who work photos."""
    from lifecert.adapters.messages.import_tasks import SqsImportTasks
    from lifecert.domain.intake import ImportKind

    apart = {ImportKind.REFERENCES: photo_queue_url} if photo_queue_url else {}
    return SqsImportTasks(client("sqs"), queue_url, apart)


def deciding(function: str) -> "Deciding":
    """The function that decides sessions."""
    from botocore.config import Config

    from lifecert.adapters.messages.deciding import LambdaDeciding

    # It may start cold. What is asked twice is decided once.
    patient = Config(connect_timeout=1, read_timeout=8, retries={"mode": "standard", "total_max_attempts": 2})
    return LambdaDeciding(client("lambda", patient), function)


def waiting(queue_url: str) -> "Waiting":
    """Lets a message come again later."""
    from lifecert.adapters.messages.tasks import SqsWaiting

    return SqsWaiting(client("sqs"), queue_url)


def notice_sender() -> "NoticeSender":
    """Text messages and push notices."""
    from lifecert.adapters.messages.sms import SnsSender

    return SnsSender(client("sns"))


def pace(a_second: float) -> "Pace":
    """A bound on how fast a worker writes."""
    from lifecert.adapters.steady_pace import SteadyPace

    return SteadyPace(a_second)
