"""Make, list and remove the clients by which payers' programs get tokens: `python -m ops.payer_client --help`.

A client is for one payer. Its secret is told once, here: hand it to the payer by a way that nobody else reads, and keep
no copy. To change a secret, make a second client, let the payer go over to it, and remove the first.
"""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ops.programs import Programs, add_client

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


def scope_of(payer: str) -> str:
    """What a token of this payer's programs may, and the only thing that names the payer in it."""
    return f"payers/{payer}/feed"


def add(cognito: "CognitoIdentityProviderClient", pool: str, payer: str) -> tuple[str, str]:
    """A new client of a payer: its id and its secret."""
    return add_client(cognito, pool, f"payer-{payer}", scope_of(payer))


# Listed are all programs' clients: one that somebody made by hand may be for more than it should.
PAYERS = Programs("ops.payer_client", __doc__ or "", "payer", "Payers", "", scope_of, add)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 done; 2 it could not be."""
    return PAYERS.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
