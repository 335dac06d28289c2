"""GET a certificate, as JSON or as a page for people, and the keys to check it with. Both are for anyone."""

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import phone
from lifecert.domain.errors import CertificateNotFound
from lifecert.entry.http.access import ANYONE
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.certificates import CertificateShown, KeySet
from lifecert.entry.http.page import Names, certificate_page
from lifecert.entry.log import LogCode, done

api = Api(phone.get_certificate, phone.public_keys, phone.certificate_site, pages=phone.certificate_site)


@api.on("GET /certificates/{certificate_id}", ANYONE)
def certificate(certificate_id: str) -> Response[str]:
    view = phone.get_certificate()(an_id(certificate_id, CertificateNotFound))
    done(LogCode.CERTIFICATE_READ, "CertificatesRead", certificate_id=certificate_id)
    if api.wants_page:
        names = Names(phone.district_names(), phone.sources())
        today, document = phone.clock().today(), phone.certificate_site().html
        return api.page(certificate_page(view, api.address, today, names, api.language, document))
    return api.answer(CertificateShown.of(view))


@api.on("GET /.well-known/jwks.json", ANYONE)
def keys() -> Response[str]:
    key_set = phone.public_keys().jwks()
    done(LogCode.KEYS_READ, "KeysRead")
    return api.answer(KeySet(keys=tuple(key_set["keys"])))


handler = api.handler
