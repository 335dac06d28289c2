"""Print a fresh ID token of one of the dev stack's users, or a token of a payer's program. `make token USER=clerk`."""

import argparse
import sys

from local.dev.running import find
from local.stack import StackError


def main() -> int:
    """0 printed, 2 no such user, or no stack."""
    parser = argparse.ArgumentParser(prog="python -m local.dev.token", description=(__doc__ or "").split(". `")[0])
    parser.add_argument(
        "user", nargs="?", default="user", help="e-mail address, its first part, or payer (%(default)s)"
    )
    parser.add_argument("--endpoint-url", metavar="URL", help="which stack, when several run (the latest)")
    asked = parser.parse_args()
    try:
        print(find(asked.endpoint_url).token(asked.user))
    except StackError as error:
        print(f"token: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
