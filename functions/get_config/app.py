"""GET /config: what a client must know before anybody signs in. For anyone."""

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import phone
from lifecert.entry.http.access import ANYONE
from lifecert.entry.http.api import Api
from lifecert.entry.http.bodies.config import Config
from lifecert.entry.log import LogCode, done

api = Api(phone.client_config)


@api.on("GET /config", ANYONE)
def config() -> Response[str]:
    answer = Config.of(phone.client_config())
    done(LogCode.CONFIG_READ, "ConfigsRead")
    return api.public_answer(answer)


handler = api.handler
