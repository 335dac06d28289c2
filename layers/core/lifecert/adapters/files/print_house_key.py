"""The public key to which letters are encrypted, as a setting has it: PEM, its lines joined by nothing or by blanks."""

import base64
from dataclasses import dataclass

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from lifecert.domain.errors import PrintHouseKeyUnfit

LEAST_BITS = 3072
CURVES = ("P-256", "P-384", "P-521")
_BEGIN, _END = "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"


@dataclass(frozen=True, slots=True)
class PrintHouseKey:
    """A public key, the algorithm by which each file's own key is encrypted to it (RFC 7518), and its thumbprint (RFC
    7638), by which both sides know that it is the same."""

    public: RSAKey | ECKey
    algorithm: str
    fingerprint: str


def parse_key(text: str) -> PrintHouseKey:
    """Read a key: SubjectPublicKeyInfo, in base64, with or without the lines of PEM around it. Raises
    PrintHouseKeyUnfit for anything else, a private key and one that is too short among it."""
    plain = "".join(text.replace(_BEGIN, "").replace(_END, "").split())
    try:
        der = base64.b64decode(plain, validate=True)
    except ValueError:
        raise PrintHouseKeyUnfit("no public key in base64") from None
    if not der:
        raise PrintHouseKeyUnfit("no key is set")
    try:
        rsa = RSAKey.import_key(der)
        if rsa.is_private or rsa.raw_value.key_size < LEAST_BITS:
            raise PrintHouseKeyUnfit(f"a public RSA key of {LEAST_BITS} bits or more")
        return PrintHouseKey(rsa, "RSA-OAEP-256", rsa.thumbprint())
    except (JoseError, ValueError, TypeError, AttributeError):
        pass
    try:
        curve = ECKey.import_key(der)
        if curve.is_private or curve.curve_name not in CURVES:
            raise PrintHouseKeyUnfit(f"a public key on one of {', '.join(CURVES)}")
        return PrintHouseKey(curve, "ECDH-ES+A256KW", curve.thumbprint())
    except (JoseError, ValueError, TypeError, AttributeError):
        raise PrintHouseKeyUnfit("neither an RSA key nor one on a curve") from None
