"""Make, list and remove the clients of civil registries' programs: `python -m ops.register_client --help`.

A client is for one register, of those that `DataMatchSources` names. Its secret is told once, here: hand it to the
registry by a way that nobody else reads, and keep no copy. To change a secret, make a second client, and remove the
first later.
"""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ops.deployment import output
from ops.programs import Programs, add_client

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

_BEGINS = "registers/"


def scope_of(source: str) -> str:
    """What a token of this register's programs may, and the only thing that names the register in it."""
    return f"{_BEGINS}{source}/notify"


def add(cognito: "CognitoIdentityProviderClient", pool: str, source: str) -> tuple[str, str]:
    """A new client of a register: its id and its secret. Its scope is made too, unless it is there."""
    identifier = f"{_BEGINS}{source}"
    try:
        cognito.describe_resource_server(UserPoolId=pool, Identifier=identifier)
    except cognito.exceptions.ResourceNotFoundException:
        cognito.create_resource_server(
            UserPoolId=pool,
            Identifier=identifier,
            Name=f"Register {source}",
            Scopes=[{"ScopeName": "notify", "ScopeDescription": "To tell of deaths"}],
        )
    return add_client(cognito, pool, f"register-{source}", scope_of(source))


def _where_to_notify(found: Mapping[str, str]) -> dict[str, str]:
    return {"notify_url": f"{output(found, 'ApiUrl').rstrip('/')}/registry/notify"}


REGISTERS = Programs(
    "ops.register_client", __doc__ or "", "source", "DataMatchSources", _BEGINS, scope_of, add, _where_to_notify
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 done; 2 it could not be."""
    return REGISTERS.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
