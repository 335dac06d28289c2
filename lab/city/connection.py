"""A client's requests by one held connection a thread, without what botocore does for servers on the internet
(signatures, retries, pools, clocks that differ): most of the time of a city's year was spent there."""

import socket
import threading
from dataclasses import dataclass
from io import BufferedReader
from typing import TYPE_CHECKING, Any, cast

from botocore.model import OperationModel, Shape
from botocore.parsers import JSONParser

from local.aws import REGION, Credentials
from local.dynamodb_local import Engine

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# The engine keeps the tables of each access key and region by themselves, and looks at nothing else of a signature.
_SIGNATURE = (
    f"AWS4-HMAC-SHA256 Credential={Credentials().access_key}/20260101/{REGION}/dynamodb/aws4_request,"
    " SignedHeaders=host, Signature=0"
)


@dataclass(frozen=True, slots=True)
class _Told:
    """Of an answer, what botocore asks for beside its content."""

    status_code: int


class HeldConnections:
    """Sends what a client asks, by a connection of each thread. Raises ConnectionError when the engine is gone."""

    def __init__(self, engine: Engine) -> None:
        self._port = engine.port
        self._head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{engine.port}\r\nAuthorization: {_SIGNATURE}\r\n"
        self._parser = JSONParser()
        self._mine = threading.local()
        self._open: list[tuple[socket.socket, BufferedReader]] = []

    def __enter__(self) -> "HeldConnections":
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up everywhere."""
        for connection, answers in self._open:
            answers.close()
            connection.close()

    def serve(self, client: "DynamoDBClient") -> None:
        """Send this client's requests from now on, in place of its own session."""
        # A handler that returns an answer is asked in place of the session, which the types do not know.
        client.meta.events.register("before-call.dynamodb", self._send)  # type: ignore[arg-type]

    def _send(self, params: dict[str, Any], model: OperationModel, **_: object) -> tuple[_Told, Any]:
        body = params["body"] or b""
        lines = [f"{name}: {params['headers'][name]}" for name in ("X-Amz-Target", "Content-Type")]
        head = self._head + "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""])
        connection, answers = self._connection()
        # In one piece: two would be two packets, and wake the engine twice.
        connection.sendall(head.encode() + body)
        status, headers, content = _answer(answers)
        told = {"status_code": status, "headers": headers, "body": content}
        return _Told(status), self._parser.parse(told, cast("Shape", model.output_shape))

    def _connection(self) -> tuple[socket.socket, BufferedReader]:
        found: tuple[socket.socket, BufferedReader] | None = getattr(self._mine, "connection", None)
        if found is None:
            connection = socket.create_connection(("127.0.0.1", self._port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            found = self._mine.connection = connection, connection.makefile("rb")
            self._open.append(found)
        return found


def _answer(answers: BufferedReader) -> tuple[int, dict[str, str], bytes]:
    status = int(_line(answers).split()[1])
    lines = (line.decode("latin-1").partition(":") for line in iter(lambda: _line(answers), b""))
    headers = {name.lower(): value.strip() for name, _, value in lines}
    if "content-length" in headers:
        return status, headers, answers.read(int(headers["content-length"]))
    # Long answers come in chunks (RFC 9112, 7.1).
    chunks = []
    while size := int(_line(answers), 16):
        chunks.append(answers.read(size))
        _line(answers)
    _line(answers)
    return status, headers, b"".join(chunks)


def _line(answers: BufferedReader) -> bytes:
    if line := answers.readline():
        return line.rstrip(b"\r\n")
    raise ConnectionError("DynamoDB Local hung up")
