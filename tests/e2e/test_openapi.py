"""Schemathesis makes calls out of infra/openapi.yaml, right and wrong ones; every answer is one that it describes.

Seeded, so that every run makes the same calls. They are made by a clerk, who may call every route, and every second id
in them is one that exists: with invented ones all would end at "not found".
"""

import re
import uuid
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lifecert.bootstrap.parts import consent_texts
from local.demo.phone import TIMEOUT_SECONDS, Phone
from local.deploy import Deployment
from tests.support import openapi
from tests.support.deployed import Known, today
from tests.support.openapi import strict

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    missing_required_header,
]
# What a phone tells of itself refuses nobody, whatever it is.
UNCHECKED = {f"{way}/sessions/{{session_id}}/verify": (negative_data_rejection,) for way in ("", "/invitations")}
# Of a list of visits each line is refused by itself, and the others count.
UNCHECKED |= {"/staff/certifications": (negative_data_rejection,)}
CALLS_OF_A_ROUTE = 12
KEY = r"[A-Za-z0-9._-]{8,100}"
# Members by which a person is named, and how long each may be.
NAMED = {"name": 100, "id_number": 40}

# The file leaves answers room to grow; today they have what it names and no more.
api = schemathesis.openapi.from_dict(strict(openapi.api()))
# What the gateway answers to a method that no route has is the gateway's own.
api.config.phases.coverage.unexpected_methods = set()


@dataclass(frozen=True, slots=True)
class Existing:
    """Ids that exist, by the name of the path's parameter, and a person who can be named."""

    ids: dict[str, list[str]]
    person: Known

    def meet(self, case: "schemathesis.Case[Any]") -> None:
        """Put what exists in the place of something as well formed; always the same for the same call."""
        parameters: dict[str, Any] = case.path_parameters or {}
        for name, value in parameters.items():
            chosen, known = _number(value), self.ids.get(name)
            if known and chosen is not None and chosen % 2:
                parameters[name] = known[chosen // 2 % len(known)]
        headers: dict[str, str] = dict(case.headers or {})
        if re.fullmatch(KEY, headers.get("Idempotency-Key", "")):
            # Its favourite key would be the same for all routes, and so be refused by all but one.
            case.headers["Idempotency-Key"] = str(
                uuid.uuid5(uuid.NAMESPACE_OID, f"{case.formatted_path} {case.body!r}")
            )
        if isinstance(case.body, dict):
            # A new body: schemathesis makes several calls out of one.
            case.body = self._named(case.body) | {
                member: self._named(value) for member, value in case.body.items() if member == "beneficiary"
            }

    def _named(self, value: Any) -> Any:
        """The same with the name and the ID number of somebody who exists, if it has some as well formed."""
        as_described = isinstance(value, dict) and all(
            isinstance(value.get(member), str) and 0 < len(value[member]) <= most for member, most in NAMED.items()
        )
        if not as_described or zlib.crc32(repr(value).encode()) % 4 == 0:
            return value
        return value | {"name": self.person.name, "id_number": self.person.id_number}


def _number(value: object) -> int | None:
    with suppress(ValueError):
        return uuid.UUID(str(value)).int
    return None


@pytest.fixture(scope="session")
def existing(phone_of: Callable[[str], Phone], registered: Callable[..., Known]) -> Existing:
    clerk, known = phone_of("clerk@example.org"), registered()
    decided = clerk.certify(known.name, known.id_number, known.camera)
    certificate, path = decided["certificate"]["certificate_id"], f"/staff/beneficiaries/{known.beneficiary_id}"
    open_session = clerk.start(known.name, known.id_number)["session_id"]
    report = clerk.expect(201, "POST", f"/beneficiaries/{known.beneficiary_id}/reports", {})["report_id"]
    end = {"ended_on": today().isoformat(), "cause": "moved"}
    proposal = clerk.expect(201, "POST", f"{path}/end", end, Idempotency_Key=str(uuid.uuid4()))["proposal_id"]
    reference = clerk.expect(201, "POST", f"{path}/references", {"consent": {"version": consent_texts().in_force}})[
        "reference_id"
    ]
    return Existing(
        {
            "beneficiary_id": [known.beneficiary_id],
            "session_id": [decided["session_id"], open_session],
            "certificate_id": [certificate],
            "review_id": [report],
            "proposal_id": [proposal],
            "reference_id": [reference],
        },
        known,
    )


@api.parametrize()
@settings(
    max_examples=CALLS_OF_A_ROUTE,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_described(
    case: "schemathesis.Case[Any]", stack: Deployment, existing: Existing, token_of: Callable[[str], str]
) -> None:
    existing.meet(case)
    case.call_and_validate(
        base_url=stack.api_url,
        headers={"Authorization": token_of("clerk@example.org")},
        checks=[one for one in CHECKS if one not in UNCHECKED.get(case.operation.path, ())],
        timeout=TIMEOUT_SECONDS,
    )
