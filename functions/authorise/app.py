"""The gateway asks whose token this is: of payers' programs always, of everybody when the parameter `Authorizer` is
OtherIssuer."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import phone
from lifecert.domain.errors import StoreUnavailable, TokenRefused
from lifecert.entry.http.authorising import Unauthorized, allowed, token_of
from lifecert.entry.log import LogCode, count, logger, serving


@serving(phone.tokens)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    try:
        bearer = phone.tokens().bearer(token_of(event))
    except TokenRefused as refused:
        logger.info(LogCode.BEARER_REFUSED, extra={"cause": str(refused)})
        count("TokensRefused")
        raise Unauthorized from None
    except StoreUnavailable as unavailable:
        logger.error(LogCode.ISSUER_UNREACHABLE, extra={"cause": str(unavailable)})
        count("IssuerUnreachable")
        raise
    logger.info(LogCode.BEARER_TAKEN)
    count("TokensTaken")
    return allowed(bearer, str(event["methodArn"]))
