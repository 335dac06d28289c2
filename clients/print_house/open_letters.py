"""Open the letters of a batch: `python open_letters.py --key private.pem 0000001.jwe ... > letters.csv`.

An example for a print house. Each file is a JWE (RFC 7516) to the public key that the office was given; in it
stands one letter a line, as JSON. Whose it is tells the payer's reference, by which the house knows name and address:
the office keeps neither. What comes of each letter goes back as a table with the columns letter_id, outcome (`posted`,
`returned`) and on (YYYY-MM-DD). Needs Python 3.11 or newer and `joserfc`.
"""

import argparse
import csv
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

ALGORITHMS = ["RSA-OAEP-256", "ECDH-ES+A256KW", "A256GCM"]


def private_key(pem: bytes) -> RSAKey | ECKey:
    """The house's own key. Raises ValueError for a public one, and for what is none."""
    for kind in (RSAKey, ECKey):
        try:
            key = kind.import_key(pem)
            if key.is_private:
                return key
        except (JoseError, ValueError, TypeError, AttributeError):
            continue
    raise ValueError("no private key, RSA or on a curve, in PEM")


def letters(content: str, key: RSAKey | ECKey) -> Iterator[dict[str, str]]:
    """The letters of a file. Raises JoseError where it is for another key, or is not whole."""
    opened = jwe.decrypt_compact(content.strip(), key, algorithms=ALGORITHMS)
    plain = opened.plaintext or b""
    yield from map(json.loads, plain.decode().splitlines())


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a table of all letters; 1 when one of the files cannot be opened, and nothing is written then."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--key", required=True, type=Path, help="the private key, in PEM")
    asked = parser.parse_args(arguments)
    try:
        key = private_key(asked.key.read_bytes())
        rows = [row for file in asked.files for row in letters(file.read_text(encoding="ascii"), key)]
    except (JoseError, ValueError, OSError) as error:
        print(f"not opened: {type(error).__name__}", file=sys.stderr)
        return 1
    table = csv.DictWriter(sys.stdout, list(rows[0]) if rows else ["letter_id"], lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
