"""GET a certificate, as JSON or as a page for people, and the keys to check it with. Both are for anyone."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import phone as bootstrap
from lifecert.domain.errors import CertificateNotFound
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.responses import CertificateShown, KeySet
from lifecert.entry.http.page import certificate_page
from lifecert.entry.log import LogCode, done, logger, metrics, traced

api = Api(pages=True)
bootstrap.at_start(bootstrap.get_certificate, bootstrap.public_keys)


@api.get("/certificates/<certificate_id>")
def certificate(certificate_id: str) -> Response[str]:
    view = bootstrap.get_certificate()(an_id(certificate_id, CertificateNotFound))
    done(LogCode.CERTIFICATE_READ, "CertificatesRead", certificate_id=certificate_id)
    if api.wants_page:
        return api.page(certificate_page(view, api.address, bootstrap.clock().today(), api.language))
    return api.answer(CertificateShown.of(view))


@api.get("/.well-known/jwks.json")
def keys() -> Response[str]:
    found = bootstrap.public_keys().jwks()
    done(LogCode.KEYS_READ, "KeysRead")
    return api.answer(KeySet(keys=tuple(found["keys"])))


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.resolve(event, context)
