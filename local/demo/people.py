"""Who signs in: people by themselves; staff in a pool of their own, made by an administrator; payers' programs by the
secret of a client.

The local AWS differs from the cloud in three things. It admits staff by a password alone, though their pool says
`MfaConfiguration: ON`, and lets anybody sign up there, though it says `AllowAdminCreateUserOnly`
(tests/architecture/test_template_api.py holds both). And a token refreshed by `/oauth2/token`
has lost its groups: so staff here get new tokens by their password, and never by a refresh.
"""

import json
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

from local.aws import CONFIRMATION_CODE, Aws


@dataclass(frozen=True, slots=True)
class UserPool:
    """A deployed user pool and its client."""

    aws: Aws
    pool_id: str
    client_id: str

    def sign_up(self, email: str, password: str) -> None:
        """Sign up and confirm the address with the code that the local AWS accepts."""
        cognito = self.aws.cognito()
        cognito.sign_up(
            ClientId=self.client_id,
            Username=email,
            Password=password,
            UserAttributes=[{"Name": "email", "Value": email}],
        )
        cognito.confirm_sign_up(ClientId=self.client_id, Username=email, ConfirmationCode=CONFIRMATION_CODE)

    def employ(self, email: str, password: str, group: str) -> None:
        """Make a user of `clerk` or `auditor`, as an administrator does."""
        cognito = self.aws.cognito()
        cognito.admin_create_user(
            UserPoolId=self.pool_id,
            Username=email,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
        )
        cognito.admin_set_user_password(UserPoolId=self.pool_id, Username=email, Password=password, Permanent=True)
        cognito.admin_add_user_to_group(UserPoolId=self.pool_id, Username=email, GroupName=group)

    def sign_in(self, email: str, password: str) -> str:
        """The ID token that the API takes as `Authorization`."""
        answer = self.aws.cognito().initiate_auth(
            ClientId=self.client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )
        return answer["AuthenticationResult"]["IdToken"]

    def new_user(self, email: str, password: str) -> str:
        """Sign up and in: the ID token."""
        self.sign_up(email, password)
        return self.sign_in(email, password)

    def new_staff(self, email: str, password: str, group: str) -> str:
        """Made by an administrator, and signed in: the ID token."""
        self.employ(email, password, group)
        return self.sign_in(email, password)


@dataclass(frozen=True, slots=True)
class ProgramPool:
    """The deployed pool of payers' programs. Tokens are given out at the endpoint of the local AWS itself: it has no
    addresses of pools' domains."""

    aws: Aws
    pool_id: str

    @property
    def token_url(self) -> str:
        """Where a program gets its tokens."""
        return f"{self.aws.endpoint}/oauth2/token"

    def new_client(self, scopes: list[str], name: str = "local", minutes: int = 10) -> tuple[str, str]:
        """Id and secret of a client, as `make payer-client` makes one for a payer."""
        made = self.aws.cognito().create_user_pool_client(
            UserPoolId=self.pool_id,
            ClientName=name,
            GenerateSecret=True,
            AllowedOAuthFlowsUserPoolClient=True,
            AllowedOAuthFlows=["client_credentials"],
            AllowedOAuthScopes=scopes,
            AccessTokenValidity=minutes,
            TokenValidityUnits={"AccessToken": "minutes"},
        )["UserPoolClient"]
        return made["ClientId"], made["ClientSecret"]

    def token(self, client_id: str, secret: str, **more: str) -> str:
        """An access token by client credentials."""
        asked = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret, **more}
        request = urllib.request.Request(self.token_url, urllib.parse.urlencode(asked).encode())  # noqa: S310 (loopback)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as answer:
            told: dict[str, Any] = json.load(answer)
        return str(told["access_token"])
