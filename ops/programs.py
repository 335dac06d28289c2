"""Clients by which programs of others get tokens, and what the commands that make them have in common.

A client is for one of these others and for one thing. Its secret is told once: to change it, a second client is made,
the program goes over to it, and the first is removed.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lifecert.domain.errors import LifeCertError
from ops.deployment import UNREACHABLE, add_arguments, client, output, outputs, parameter, parse, why

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

# As long as those of staff: a client that is removed is out by then.
TOKEN_MINUTES = 10


class NoSuchCode(LifeCertError):
    """The deployment knows nobody of this code."""


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


@dataclass(frozen=True, slots=True)
class Programs:
    """Programs of one kind. `module` is their command's, `about` what it says of itself, `whose` the option and the
    word for whom a client is of, `known` the parameter of the stack with the codes that there are, `begin` what the
    scopes of those listed begin with (all are where it is empty), `add` makes a client, and `more` is what else its
    owner is told."""

    module: str
    about: str
    whose: str
    known: str
    begin: str
    scope_of: Callable[[str], str]
    add: Callable[["CognitoIdentityProviderClient", str, str], tuple[str, str]]
    more: Callable[[Mapping[str, str]], dict[str, str]] = lambda _outputs: {}

    def main(self, arguments: Sequence[str] | None = None) -> int:
        """Exit status: 0 done; 2 it could not be."""
        parser = argparse.ArgumentParser(prog=f"python -m {self.module}", description=self.about.split(":")[0])
        add_arguments(parser)
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            f"--{self.whose}", metavar="CODE", help=f"make a client for the programs of this {self.whose}"
        )
        what.add_argument(
            "--remove", metavar="CLIENT", help="remove the client of this id; no new token is given to it"
        )
        asked = parse(parser, arguments)
        try:
            self._run(asked)
        except UNREACHABLE as error:
            print(f"nothing done: {why(error)}", file=sys.stderr)
            return 2
        return 0

    def _run(self, asked: argparse.Namespace) -> None:
        stack, endpoint, code = asked.stack, asked.endpoint_url, getattr(asked, self.whose)
        found, cognito = outputs(stack, endpoint), client("cognito-idp", endpoint)
        pool = output(found, "ProgramsPoolId")
        if asked.remove:
            cognito.delete_user_pool_client(UserPoolId=pool, ClientId=asked.remove)
            print(f"removed {asked.remove}; tokens that it has are good for {TOKEN_MINUTES} minutes at most")
            return
        if not code:
            for one in listed(cognito, pool):
                if not self.begin or any(scope.startswith(self.begin) for scope in one["scopes"]):
                    print(json.dumps(one))
            return
        codes = [one for one in parameter(stack, endpoint, self.known).split(",") if one]
        if code not in codes:
            raise NoSuchCode(f"{code} is none of {self.known}: {', '.join(codes) or 'none'}")
        client_id, secret = self.add(cognito, pool, code)
        told = {
            self.whose: code,
            "client_id": client_id,
            "client_secret": secret,
            "token_url": f"{endpoint}/oauth2/token" if endpoint else output(found, "ProgramsTokenUrl"),
            "scope": self.scope_of(code),
            **self.more(found),
        }
        print(json.dumps(told, indent=2))
