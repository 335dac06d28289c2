"""Read what clients send, strictly.

What is wrong is reported by field and kind of fault; what was sent is never repeated.
"""

import os
import re
from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from lifecert.entry.http.problems import InvalidJson, InvalidRequest
from lifecert.entry.setting_values import schemes_of

# Which text tells of which of pydantic's fault types; all others are "invalid".
_TEXTS = {
    "birth_date": "birth_date",
    "code": "code",
    "date_from_datetime_parsing": "date",
    "date_parsing": "date",
    "date_type": "date",
    "enum": "not_offered",
    "extra_forbidden": "unknown",
    "id_number": "id_number",
    "missing": "missing",
    "name": "name",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "too_long": "too_long",
}


_MEMBER_NAME = re.compile(r"[a-z_]{1,40}")


_Model = TypeVar("_Model", bound=BaseModel)


def parse(model: type[_Model], body: str | bytes | None) -> _Model:
    """Read a JSON body. Raises InvalidJson and InvalidRequest."""
    try:
        return model.model_validate_json(body or "", strict=True, context=_chosen())
    except ValidationError as error:
        invalid = error
    if any(fault["type"] == "json_invalid" for fault in invalid.errors(include_url=False, include_input=False)):
        raise InvalidJson
    raise _refusal(invalid)


def parse_query(model: type[_Model], query: Mapping[str, str]) -> _Model:
    """Read the parameters of a query. Raises InvalidRequest."""
    try:
        return model.model_validate_strings(dict(query), context=_chosen())
    except ValidationError as error:
        refusal = _refusal(error)
    raise refusal


def _chosen() -> dict[str, object]:
    """What the deployment has chosen, for the members that hang on it (`bodies/fields.py`)."""
    return {"numbers": schemes_of(os.environ.get("NUMBER_SCHEMES"))}


def _refusal(error: ValidationError) -> InvalidRequest:
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return InvalidRequest(tuple((_field(fault["loc"]), _TEXTS.get(fault["type"], "invalid")) for fault in faults))


def _field(location: tuple[int | str, ...]) -> str:
    # The name of an unknown member is the sender's own text: repeated only where it looks like a name of ours.
    known = (str(part) if isinstance(part, int) or _MEMBER_NAME.fullmatch(part) else "?" for part in location)
    return ".".join(known)
