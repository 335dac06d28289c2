"""Make, list and remove the clients by which payers' programs get tokens: `python -m ops.payer_client --help`.

A client is for one payer. Its secret is told once, here: hand it to the payer by a way that nobody else reads, and keep
no copy. To change a secret, make a second client, let the payer go over to it, and remove the first.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from lifecert.domain.errors import LifeCertError
from ops.deployment import UNREACHABLE, add_arguments, client, output, outputs, parameter, parse, why

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

# As long as those of staff: a client that is removed is out by then.
TOKEN_MINUTES = 10


class NoSuchPayer(LifeCertError):
    """The deployment knows no payer of this code."""


def scope_of(payer: str) -> str:
    """What a token of this payer's programs may, and the only thing that names the payer in it."""
    return f"payers/{payer}/feed"


def add(cognito: "CognitoIdentityProviderClient", pool: str, payer: str) -> tuple[str, str]:
    """A new client of a payer: its id and its secret."""
    return add_client(cognito, pool, f"payer-{payer}", scope_of(payer))


def add_client(cognito: "CognitoIdentityProviderClient", pool: str, name: str, scope: str) -> tuple[str, str]:
    """A new client of a program that may one thing: its id and its secret."""
    made = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName=name,
        GenerateSecret=True,
        # By its secret, and by nothing else: no page, no password. To Cognito an empty list of flows means those it has
        # by default; refreshing comes to nothing without a sign-in.
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=[scope],
        ExplicitAuthFlows=["ALLOW_REFRESH_TOKEN_AUTH"],
        EnableTokenRevocation=True,
        AccessTokenValidity=TOKEN_MINUTES,
        TokenValidityUnits={"AccessToken": "minutes"},
    )["UserPoolClient"]
    return made["ClientId"], made["ClientSecret"]


def listed(cognito: "CognitoIdentityProviderClient", pool: str) -> Iterator[dict[str, Any]]:
    """Every client there is, without its secret. One that was not made here may be for more than it should."""
    for page in cognito.get_paginator("list_user_pool_clients").paginate(UserPoolId=pool):
        for found in page["UserPoolClients"]:
            about = cognito.describe_user_pool_client(UserPoolId=pool, ClientId=found["ClientId"])["UserPoolClient"]
            yield {
                "client_id": about["ClientId"],
                "name": about["ClientName"],
                "scopes": about.get("AllowedOAuthScopes", []),
                "made_on": about["CreationDate"].date().isoformat(),
            }


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 done; 2 it could not be."""
    parser = argparse.ArgumentParser(prog="python -m ops.payer_client", description=(__doc__ or "").split(":")[0])
    add_arguments(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--payer", metavar="CODE", help="make a client for this payer's programs")
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
    if not asked.payer:
        for one in listed(cognito, pool):
            print(json.dumps(one))
        return
    payers = parameter(stack, endpoint, "Payers").split(",")
    if asked.payer not in payers:
        raise NoSuchPayer(f"{asked.payer} is none of the payers {', '.join(payers)}")
    client_id, secret = add(cognito, pool, asked.payer)
    told = {
        "payer": asked.payer,
        "client_id": client_id,
        "client_secret": secret,
        "token_url": f"{endpoint}/oauth2/token" if endpoint else output(found, "ProgramsTokenUrl"),
        "scope": scope_of(asked.payer),
    }
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    sys.exit(main())
