"""People who sign in: sign-up by themselves, staff put into a group by an administrator."""

from dataclasses import dataclass

from local.aws import CONFIRMATION_CODE, Aws


@dataclass(frozen=True, slots=True)
class UserPool:
    """The deployed user pool and the client that people use."""

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

    def join(self, email: str, group: str) -> None:
        """Put a user into `clerk`, `auditor` or `payer`, as an administrator does."""
        self.aws.cognito().admin_add_user_to_group(UserPoolId=self.pool_id, Username=email, GroupName=group)

    def sign_in(self, email: str, password: str) -> str:
        """The ID token that the API takes as `Authorization`."""
        answer = self.aws.cognito().initiate_auth(
            ClientId=self.client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )
        return answer["AuthenticationResult"]["IdToken"]

    def new_user(self, email: str, password: str, group: str | None = None) -> str:
        """Sign up, join `group` if there is one, sign in: the ID token."""
        self.sign_up(email, password)
        if group:
            self.join(email, group)
        return self.sign_in(email, password)
