"""Make, list and remove the clients of civil registries' programs: `python -m ops.register_client --help`.

A client is for one register, of those that `DataMatchSources` names. Its secret is told once, here: hand it to the
registry by a way that nobody else reads, and keep no copy. To change a secret, make a second client, and remove the
first later.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lifecert.domain.errors import LifeCertError
from ops.deployment import UNREACHABLE, add_arguments, client, output, outputs, parameter, parse, why
from ops.payer_client import TOKEN_MINUTES, add_client, listed

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

_BEGINS = "registers/"


class NoSuchSource(LifeCertError):
    """The deployment believes no register of this code."""


def scope_of(source: str) -> str:
    """What a token of this register's programs may, and the only thing that names the register in it."""
    return f"{_BEGINS}{source}/notify"


def offer(cognito: "CognitoIdentityProviderClient", pool: str, source: str) -> None:
    """Have the scope of a register, unless it is there."""
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 done; 2 it could not be."""
    parser = argparse.ArgumentParser(prog="python -m ops.register_client", description=(__doc__ or "").split(":")[0])
    add_arguments(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--source", metavar="CODE", help="make a client for this register's programs")
    what.add_argument("--remove", metavar="CLIENT", help="remove the client of this id; no new token is given to it")
    asked = parse(parser, arguments)
    if not asked.stack:
        parser.error("name --stack")
    try:
        _run(asked)
    except UNREACHABLE as error:
        print(f"nothing done: {why(error)}", file=sys.stderr)
        return 2
    return 0


def _run(asked: argparse.Namespace) -> None:
    stack, endpoint = asked.stack, asked.endpoint_url
    found, cognito = outputs(stack, endpoint), client("cognito-idp", endpoint)
    pool = output(found, "ProgramsPoolId")
    if asked.remove:
        cognito.delete_user_pool_client(UserPoolId=pool, ClientId=asked.remove)
        print(f"removed {asked.remove}; tokens that it has are good for {TOKEN_MINUTES} minutes at most")
        return
    if not asked.source:
        for one in listed(cognito, pool):
            if any(scope.startswith(_BEGINS) for scope in one["scopes"]):
                print(json.dumps(one))
        return
    sources = [one for one in parameter(stack, endpoint, "DataMatchSources").split(",") if one]
    if asked.source not in sources:
        raise NoSuchSource(f"{asked.source} is none of the registers that are believed: {', '.join(sources) or 'none'}")
    offer(cognito, pool, asked.source)
    client_id, secret = add_client(cognito, pool, f"register-{asked.source}", scope_of(asked.source))
    told = {
        "source": asked.source,
        "client_id": client_id,
        "client_secret": secret,
        "token_url": f"{endpoint}/oauth2/token" if endpoint else output(found, "ProgramsTokenUrl"),
        "scope": scope_of(asked.source),
        "notify_url": f"{output(found, 'ApiUrl').rstrip('/')}/registry/notify",
    }
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    sys.exit(main())
