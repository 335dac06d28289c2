"""Check the public key of a print house before it is deployed: `python -m ops.print_house_key FILE`.

Prints what the parameter PrintHouseKey takes, and the key's thumbprint, which the print house tells by telephone:
whoever slips in a key of their own can read every letter.
"""

import argparse
import base64
import sys
from collections.abc import Sequence
from pathlib import Path

from lifecert.adapters.files.print_house_key import PrintHouseKey, parse_key
from lifecert.domain.errors import PrintHouseKeyUnfit


def told(key: PrintHouseKey) -> Sequence[str]:
    """What an operator is told of a key."""
    value = base64.b64encode(key.public.as_der(private=False)).decode()
    return (f"PrintHouseKey={value}", f"{key.algorithm}, thumbprint {key.fingerprint}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 it is fit, 1 it is not."""
    parser = argparse.ArgumentParser(prog="python -m ops.print_house_key", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("file", type=Path, metavar="FILE", help="a public key in PEM")
    asked = parser.parse_args(arguments)
    try:
        print("\n".join(told(parse_key(asked.file.read_text(encoding="ascii")))))
    except (PrintHouseKeyUnfit, OSError, ValueError) as error:
        print(f"not fit: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
