"""Whatever needs a key: look-up of persons, signatures, protection of templates, tokens."""

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from joserfc import jws
from joserfc.jwk import ECKey

from lifecert.domain.errors import TokenRefused
from lifecert.domain.evidence import Template
from lifecert.domain.imprint import KnownPhotos
from lifecert.domain.person import FIRST_SECRET
from lifecert.ports.tokens import Bearer


@dataclass(frozen=True, slots=True)
class FakeSecretChain:
    """Keyed hashes under versions of a secret, each over the one before: `adapters/kms/secret_chain.py` without KMS."""

    secret: bytes = b"secret of this test"
    secrets: tuple[str, ...] = (FIRST_SECRET,)
    moving: bool = False

    @property
    def newest(self) -> str:
        return self.secrets[-1]

    @property
    def looked_up(self) -> tuple[str, ...]:
        return tuple(reversed(self.secrets[-2 if self.moving else -1 :]))

    def _key(self, purpose: str, value: str, secret: str | None) -> str:
        for version in self.secrets[: self.secrets.index(secret or self.newest) + 1]:
            value = self._mac(f"{version} {purpose}", value)
        return value

    def _mac(self, purpose: str, value: str) -> str:
        return hmac.new(self.secret, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class FakePersonKeys(FakeSecretChain):
    def person_key(self, id_number: str, secret: str | None = None) -> str:
        return self._key("id", id_number, secret)

    def looked_up_keys(self, id_number: str) -> tuple[str, ...]:
        return tuple(self.person_key(id_number, secret) for secret in self.looked_up)

    def name_key(self, name: str, secret: str | None = None) -> str:
        return self._key("name", name, secret)

    def reference_key(self, payer: str, reference: str) -> str:
        return self._key("payment reference", f"{payer} {reference}", self.secrets[0])

    def beneficiary_id(self, id_number: str) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, self._mac("an id of", id_number)))


@dataclass(frozen=True, slots=True)
class FakeSigning:
    """Signer and public keys over a key made in this process, by a JOSE library instead of KMS."""

    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "key-of-this-test"}))

    def sign(self, claims: Mapping[str, str | int]) -> str:
        header = {"alg": "ES256", "kid": self.key.kid, "typ": "lifecert+jws"}
        return jws.serialize_compact(header, json.dumps(claims), self.key)

    def jwks(self) -> Mapping[str, list[dict[str, str]]]:
        public = {name: str(value) for name, value in self.key.as_dict(private=False).items()}
        return {"keys": [{**public, "alg": "ES256", "use": "sig"}]}


@dataclass(frozen=True, slots=True)
class BackwardsProtection:
    """Stores templates and imprints backwards, under the name of the person."""

    def protect(self, beneficiary_id: str, template: Template) -> Template:
        return replace(template, vector=template.vector[::-1], protection=f"of {beneficiary_id}")

    def reveal(self, beneficiary_id: str, stored: Mapping[str, Template]) -> Mapping[str, Template]:
        assert all(template.protection == f"of {beneficiary_id}" for template in stored.values())
        return {
            name: replace(template, vector=template.vector[::-1], protection="") for name, template in stored.items()
        }

    def seal(self, beneficiary_id: str, imprints: Sequence[bytes]) -> tuple[bytes, ...]:
        return tuple(f"of {beneficiary_id} ".encode() + imprint[::-1] for imprint in imprints)

    def unseal(self, beneficiary_id: str, stored: KnownPhotos) -> KnownPhotos:
        def plain(imprints: Sequence[bytes]) -> tuple[bytes, ...]:
            owner = f"of {beneficiary_id} ".encode()
            assert all(imprint.startswith(owner) for imprint in imprints), "an imprint was stored as it is"
            return tuple(imprint.removeprefix(owner)[::-1] for imprint in imprints)

        return KnownPhotos(plain(stored.references), plain(stored.frames), plain(stored.recent))


class PlainTemplates(BackwardsProtection):
    """For stores whose templates are plain: imprints alone are stored backwards."""

    def reveal(self, beneficiary_id: str, stored: Mapping[str, Template]) -> Mapping[str, Template]:
        return stored


@dataclass(frozen=True, slots=True)
class FakeTokens:
    """Takes one token of one user, and one of a payer's and of a register's program."""

    def bearer(self, token: str) -> Bearer:
        if token == "program.token.here":
            return Bearer("4example0client0of0a0payer", (), "mine")
        if token == "register.token.here":
            return Bearer("5example0client0of0a0registry", (), None, "civil_register")
        if token != "good.token.here":
            raise TokenRefused("not_genuine")
        return Bearer("0a1b2c3d-0000-4000-8000-00000000000a", ("clerk",))
