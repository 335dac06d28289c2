"""A function's side of the REST API: who calls, in which language, what they sent, and how they are answered."""

import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.logging import correlation_paths

from lifecert.domain.actor import Program, SessionSecret, User
from lifecert.domain.errors import LifeCertError, SessionNotFound
from lifecert.entry.http.access import Rule
from lifecert.entry.http.callers import number_of, user_of, with_groups
from lifecert.entry.http.problems import (
    CONTENT_TYPE,
    INTERNAL,
    TABLE,
    IdempotencyKeyInvalid,
    InvalidJson,
    RouteNotFound,
    SignedOut,
    answer_to,
)
from lifecert.entry.http.texts import Language, choose_language
from lifecert.entry.log import LogCode, at_start, done, observed, unexpected

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from pydantic import BaseModel

    from lifecert.domain.person import IdNumber
    from lifecert.entry.http.web_files import Site

_Model = TypeVar("_Model", bound="BaseModel")
_Answering = TypeVar("_Answering", bound=Callable[..., Response[str]])
_SECRET = re.compile(r"[0-9a-f]{64}")
_KEY = re.compile(r"[A-Za-z0-9._-]{8,100}")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_READABLE = {"Access-Control-Expose-Headers": ["Content-Language, ETag, Retry-After"]}
_NOT_CACHED = {"Cache-Control": "no-store"}
# A new consent text, or a new help line, is known everywhere within so many seconds.
KEPT_SECONDS = 300


class Api(APIGatewayRestResolver):
    """The routes of one function, each for whom its rule lets in. Every error becomes a problem document."""

    def __init__(self, *needed: Callable[[], object], pages: Callable[[], "Site"] | None = None) -> None:
        """`needed` are the factories of what its routes use: in Lambda they build while the function starts, so that
        the first request need not wait. With `pages`, the document of which they are made, a browser gets pages for
        people instead of JSON."""
        super().__init__()
        self.rules: dict[str, Rule] = {}
        self._pages = pages
        at_start(*needed)
        self.use(middlewares=[_guarded])
        self.exception_handler(Exception)(self._problem)
        self.not_found(self._not_found)

    def on(self, route: str, rule: Rule) -> Callable[[_Answering], _Answering]:
        """Answer a route, such as `GET /sessions/{session_id}`, for whom `rule` lets in."""
        method, _, path = route.partition(" ")
        self.rules[route] = rule
        register: Callable[[_Answering], _Answering] = self.route(re.sub(r"{(\w+)}", r"<\1>", path), method)
        return register

    @property
    def handler(self) -> "Callable[[dict[str, Any], LambdaContext], dict[str, Any]]":
        """What Lambda calls: the answer of a route, logged, traced and counted."""

        def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
            return self.resolve(event, context)

        return observed(handler, correlation_id_path=correlation_paths.API_GATEWAY_REST)

    def resolve(self, event: Mapping[str, Any], context: "LambdaContext") -> dict[str, Any]:
        """The answer of the API, which the pages of the web client, if there is one, may read."""
        answer = super().resolve(event, context)
        if origin := os.environ.get("WEB_ORIGIN"):
            answer["multiValueHeaders"] |= {"Access-Control-Allow-Origin": [origin], **_READABLE}
        return answer

    @property
    def language(self) -> Language:
        """The language to answer in."""
        return choose_language(self.current_event.headers.get("Accept-Language"))

    @property
    def user(self) -> User:
        """Who is signed in, by the claims that the authorizer has checked. Raises SignedOut."""
        user = self.caller
        if user is None:
            raise SignedOut
        return user

    @property
    def caller(self) -> User | None:
        """Who is signed in, if anybody is. A program is not."""
        told = self._told
        # The user pool's authorizer tells all claims, our own (functions/authorise) just these few.
        if claims := told.get("claims"):
            return user_of(claims)
        if not told.get("sub") or told.get("payer") or told.get("register"):
            return None
        return with_groups(told["sub"], told.get("groups"), whole=True)

    @property
    def program(self) -> Program | None:
        """Which payer's or register's program calls, if one does. Our own authorizer alone can say so."""
        told = self._told
        payer, register = told.get("payer") or "", told.get("register") or ""
        if told.get("claims") or told.get("groups") or not told.get("sub") or bool(payer) is bool(register):
            return None
        return Program(payer, register)

    @property
    def payer(self) -> str:
        """The payer whose program calls. Raises SignedOut."""
        if (program := self.program) is None:
            raise SignedOut
        return program.payer

    @property
    def register(self) -> str:
        """The source whose program calls. Raises SignedOut."""
        if (program := self.program) is None:
            raise SignedOut
        return program.register

    @property
    def vouched_number(self) -> "IdNumber | None":
        """The caller's ID number, where their issuer vouches for it."""
        return number_of(self._told)

    @property
    def _told(self) -> dict[str, Any]:
        return self.current_event.request_context.get("authorizer") or {}

    @property
    def required_idempotency_key(self) -> str:
        """The Idempotency-Key header. Raises IdempotencyKeyInvalid."""
        key = self.idempotency_key
        if key is None:
            raise IdempotencyKeyInvalid
        return key

    @property
    def idempotency_key(self) -> str | None:
        """The Idempotency-Key header, if there is one. Raises IdempotencyKeyInvalid."""
        key: str | None = self.current_event.headers.get("Idempotency-Key")
        if key is not None and not _KEY.fullmatch(key):
            raise IdempotencyKeyInvalid
        return key

    @property
    def session_secret(self) -> SessionSecret:
        """The Session-Secret header, instead of who is signed in. Raises SessionNotFound."""
        secret = self.current_event.headers.get("Session-Secret")
        if secret is None or not _SECRET.fullmatch(secret):
            raise SessionNotFound
        return SessionSecret(secret)

    @property
    def text(self) -> str:
        """The request's body as it came; empty for none, and for what is no text."""
        try:
            return str((self.current_event.body and self.current_event.decoded_body) or "")
        except ValueError:
            return ""

    def body(self, model: "type[_Model]") -> "_Model":
        """The request's body. Raises InvalidJson and InvalidRequest."""
        from lifecert.entry.http.parsing import parse

        try:
            text = self.current_event.body and self.current_event.decoded_body
        except ValueError as error:  # said to be in base64, and is not, or is no text inside
            raise InvalidJson from error
        return parse(model, text)

    def optional_body(self, model: "type[_Model]") -> "_Model":
        """The request's body, or what the model is without one. Raises InvalidJson and InvalidRequest."""
        return self.body(model) if self.current_event.body else model()

    def query(self, model: "type[_Model]") -> "_Model":
        """The request's query. Raises InvalidRequest."""
        from lifecert.entry.http.parsing import parse_query

        return parse_query(model, self.current_event.query_string_parameters or {})

    def answer(self, model: "BaseModel", status: int = 200) -> Response[str]:
        """The response with this body."""
        headers = {"Content-Language": self.language.value, **_NOT_CACHED}
        return Response(status, "application/json", model.model_dump_json(), headers)

    def file(self, kind: str, content: str, name: str, headers: Mapping[str, str]) -> Response[str]:
        """The response with a file to be saved under a name, of this media type."""
        about = {"Content-Disposition": f'attachment; filename="{name}"', "Vary": "Accept, Accept-Language"}
        return Response(
            200, kind, content, {"Content-Language": self.language.value, **about, **_NOT_CACHED, **headers}
        )

    def public_answer(self, model: "BaseModel") -> Response[str]:
        """The response with a body that is the same for everybody: it may be kept for some minutes, and whoever has it
        already is told so (RFC 9110 §13.1.2)."""
        body = model.model_dump_json()
        tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
        headers = {"Cache-Control": f"public, max-age={KEPT_SECONDS}", "ETag": tag}
        known = re.findall(r'"[^"]*"|\*', self.current_event.headers.get("If-None-Match") or "")
        if tag in known or "*" in known:
            return Response(304, None, "", headers)
        return Response(200, "application/json", body, headers)

    @property
    def wants_page(self) -> bool:
        """Whether a page is the better answer, also to what is refused: there are some, and the caller prefers HTML."""
        return self._pages is not None and self.prefers_html

    @property
    def prefers_html(self) -> bool:
        """Whether the caller would rather have HTML than JSON, as browsers do."""
        from lifecert.entry.http.page import prefers_page

        return prefers_page(self.current_event.headers.get("Accept"))

    @property
    def address(self) -> str:
        """Where this call went, as the outside knows it; under the deployment's own domain, if it has one."""
        if domain := os.environ.get("DOMAIN_NAME"):
            return f"https://{domain}{self.current_event.path}"
        context = self.current_event.request_context
        host = context.get("domainName") or self.current_event.headers.get("Host")
        return f"https://{host}{context.get('path')}"

    @property
    def root(self) -> str:
        """Where the API begins, as the outside knows it."""
        return self.address.removesuffix(self.current_event.path)

    def page(self, html: str, status: int = 200, headers: dict[str, str] | None = None) -> Response[str]:
        """The response with a page for people."""
        from lifecert.entry.http.web_headers import HTML, page_headers

        about = {"Content-Language": self.language.value, "Vary": "Accept, Accept-Language", **(headers or {})}
        return Response(status, HTML, html, {**page_headers(), **about})

    def _not_found(self, _error: NotFoundError) -> Response[str]:
        return self._problem(RouteNotFound())

    def _problem(self, error: Exception) -> Response[str]:
        answer = answer_to(error, self.language, self.current_event.request_context.request_id or "")
        if TABLE.get(type(error), INTERNAL) is INTERNAL:
            unexpected(error)
        # By contract a domain error's message holds no personal data.
        cause = str(error) if isinstance(error, LifeCertError) else None
        done(LogCode.REQUEST_REFUSED, "RequestsRefused", {"problem": answer.code.value}, cause=cause)
        if self._pages and self.wants_page:
            from lifecert.entry.http.page import problem_page

            page = problem_page(answer, self.language, self._pages().html)
            return self.page(page, answer.status, answer.headers)
        return Response(
            answer.status, CONTENT_TYPE, json.dumps(answer.body, ensure_ascii=False), {**answer.headers, **_NOT_CACHED}
        )


def _guarded(app: Api, next_middleware: "NextMiddleware") -> Response[str]:
    """Runs before every handler."""
    asked = app.current_event
    rule = app.rules[f"{asked.http_method} {asked['resource']}"]
    rule.check(app.caller, app.program, changes=asked.http_method != "GET")
    return next_middleware(app)


def an_id(text: str, otherwise: type[LifeCertError]) -> str:
    """An id out of a path; what no id of ours looks like is not looked up. Raises `otherwise`."""
    if not _ID.fullmatch(text):
        raise otherwise
    return text
