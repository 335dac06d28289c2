"""What a client must know before anybody signs in."""

from lifecert.application.certify.opening import SESSION_DURATION
from lifecert.domain.category import Scheme
from lifecert.domain.client_config import ClientConfig, SignInKind
from lifecert.domain.number_schemes import Checksum
from lifecert.domain.session import Channel, ImageType
from lifecert.entry.http.texts import Language
from lifecert.entry.models import Response


class ConsentSectionShown(Response):
    """One thing that is told."""

    heading: str
    text: str


class ConsentTextShown(Response):
    """One version of the consent text in one language."""

    version: str
    language: str
    title: str
    sections: tuple[ConsentSectionShown, ...]
    agree: str


class ConsentShown(Response):
    """The version to agree to, and all texts."""

    version: str
    texts: tuple[ConsentTextShown, ...]


class DistrictHelpLine(Response):
    """Whom to call in a district, and below it unless a longer code has a number of its own."""

    scheme: Scheme
    district: str
    number: str


class HelpLinesShown(Response):
    """Whom to call."""

    default: str
    districts: tuple[DistrictHelpLine, ...]


class IdNumberKind(Response):
    """One kind of ID number. `form` is a regular expression for the whole of a number in capitals, without spaces and
    hyphens; `checksum` says how its last character is made."""

    kind: str
    form: str
    checksum: Checksum


class ImageRules(Response):
    """What a frame must be. `min_side` is the shorter side's."""

    types: tuple[ImageType, ...]
    mirrored: bool
    min_side: int
    max_pixels: int
    max_bytes: int


class SessionRules(Response):
    """How long a session is open, how many frames it asks for at most, and what comes of failed tries."""

    minutes: int
    max_frames: int
    tries_before_review: int
    tries_before_pause: int
    tries_counted_minutes: int
    pause_minutes: int


class SignInShown(Response):
    """Where people sign in."""

    kind: SignInKind
    issuer: str
    discovery: str
    endpoint: str | None
    client_id: str
    scopes: tuple[str, ...]


class Config(Response):
    """GET /config."""

    consent: ConsentShown
    help_lines: HelpLinesShown
    languages: tuple[Language, ...]
    channels: tuple[Channel, ...]
    id_numbers: tuple[IdNumberKind, ...]
    images: ImageRules
    sessions: SessionRules
    sign_in: SignInShown

    @staticmethod
    def of(config: ClientConfig) -> "Config":
        """The answer: the same for everybody, in every language."""
        lines, image, attempts = config.help_lines, config.policy.image, config.policy.attempts
        return Config(
            consent=ConsentShown(
                version=config.consent.in_force,
                texts=tuple(
                    ConsentTextShown(
                        version=one.version,
                        language=one.language,
                        title=one.title,
                        sections=tuple(ConsentSectionShown(heading=s.heading, text=s.text) for s in one.sections),
                        agree=one.agree,
                    )
                    for one in config.consent.texts
                ),
            ),
            help_lines=HelpLinesShown(
                default=lines.default,
                districts=tuple(
                    DistrictHelpLine(scheme=scheme, district=district, number=number)
                    for scheme, numbers in lines.by_district.items()
                    for district, number in numbers.items()
                ),
            ),
            languages=tuple(Language),
            channels=tuple(Channel),
            id_numbers=tuple(
                IdNumberKind(kind=one.code, form=one.form, checksum=one.checksum) for one in config.numbers.chosen
            ),
            images=ImageRules(
                types=(ImageType.JPEG,),
                mirrored=False,
                min_side=image.min_side_px,
                max_pixels=image.max_pixels,
                max_bytes=image.max_bytes,
            ),
            sessions=SessionRules(
                minutes=int(SESSION_DURATION.total_seconds()) // 60,
                max_frames=1 + config.policy.most_steps,
                tries_before_review=attempts.before_review,
                tries_before_pause=attempts.before_pause,
                tries_counted_minutes=int(attempts.window.total_seconds()) // 60,
                pause_minutes=int(attempts.pause.total_seconds()) // 60,
            ),
            sign_in=SignInShown(
                kind=config.sign_in.kind,
                issuer=config.sign_in.issuer,
                discovery=config.sign_in.discovery,
                endpoint=config.sign_in.endpoint,
                client_id=config.sign_in.client_id,
                scopes=config.sign_in.scopes,
            ),
        )
