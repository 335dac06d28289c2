"""A device of the office from the command line: a key for one, and what it signs at a start.

`python -m ops.device FILE` makes a key pair, keeps it in FILE, and prints the thumbprint of its public half: with a
point and the code of its district that is the number that a clerk registers.
`python -m ops.device FILE --channel kiosk --district CODE < BODY` prints the Device-Proof header of a start with that
very body. For trying it, and for kiosks whose own program calls it. A key in a file can be copied: a browser keeps it
better.
"""

import argparse
import base64
import hashlib
import json
import os
import secrets
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from joserfc import jws
from joserfc.jwk import ECKey

from lifecert.adapters.device_proofs import ALGORITHM, TYPE
from lifecert.domain.proof_channel import BY_DEVICE

_MEMBERS = ("kty", "crv", "x", "y")


def new_key(file: Path) -> str:
    """Make a key pair in a file that nobody else may read: its thumbprint. Raises FileExistsError."""
    key = ECKey.generate_key("P-256")
    with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as kept:
        kept.write(key.as_pem(private=True))
    return key.thumbprint()


def proof(file: Path, channel: str, district: str, path: str, body: bytes, now: float) -> str:
    """What the key in a file signs of a POST of this body to a path, at this moment (seconds of 1970)."""
    key = ECKey.import_key(file.read_bytes())
    public = key.as_dict(private=False)
    header = {"typ": TYPE, "alg": ALGORITHM, "jwk": {name: public[name] for name in _MEMBERS}}
    digest = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()
    claims = {
        "path": path,
        "digest": digest,
        "iat": int(now),
        "jti": secrets.token_urlsafe(16),
        "channel": channel,
        "district": district,
    }
    return jws.serialize_compact(header, json.dumps(claims).encode(), key, algorithms=[ALGORITHM])


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 done, 1 there is a key already, or none."""
    parser = argparse.ArgumentParser(prog="python -m ops.device", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--channel", choices=sorted(BY_DEVICE), help="sign, as what it was registered as")
    parser.add_argument("--district", default="", metavar="CODE", help="and where")
    parser.add_argument("--path", choices=("/sessions", "/invitations/sessions"), default="/sessions")
    asked = parser.parse_args(arguments)
    try:
        if asked.channel is None:
            print(new_key(asked.file))
        else:
            print(proof(asked.file, asked.channel, asked.district, asked.path, sys.stdin.buffer.read(), time.time()))
    except (OSError, ValueError) as error:
        print(f"not done: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
