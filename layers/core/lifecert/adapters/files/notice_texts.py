"""The words of notices from their file: strict, so that none lacks what it must say, or holds a link."""

import string
from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from lifecert.adapters.files.strict import Strict, load_strict
from lifecert.domain.notice import NoticeText

NOTICES_FILE = Path(__file__).parents[2] / "notices.json"
# Who is meant, until when, whom to call: all of them, and nothing else of a person.
PLACES = {"name", "date", "help_line"}
LINKS = ("://", "www.", ".cn/", ".com/")


def _complete(text: str, wanted: set[str] = PLACES) -> str:
    try:
        places = [place for _, place, _, _ in string.Formatter().parse(text) if place is not None]
    except ValueError:
        raise ValueError("its braces do not match") from None
    if set(places) != wanted:
        raise ValueError(f"must name {{{'}, {'.join(sorted(wanted))}}}, and nothing else in braces")
    if any(link in text.lower() for link in LINKS):
        raise ValueError("must not hold a link")
    return text


_Text = Annotated[str, Field(min_length=20, max_length=400), AfterValidator(_complete)]


_Dayless = Annotated[
    str, Field(min_length=20, max_length=400), AfterValidator(partial(_complete, wanted=PLACES - {"date"}))
]


_Explained = Annotated[
    str,
    Field(min_length=20, max_length=400),
    AfterValidator(partial(_complete, wanted=(PLACES - {"date"}) | {"explained"})),
]


class _Words(Strict):
    reminder: _Text
    lapsed: _Text
    certify_again: _Dayless
    consent_withdrawn: _Text
    withdrawal_undone: _Dayless
    certified: _Text
    certified_by_register: _Explained
    start_corrected: _Text


class _NoticesFile(Strict):
    chinese: Annotated[_Words, Field(alias="zh-CN")]
    english: Annotated[_Words, Field(alias="en")]


def load_notice_text(language: str, path: Path = NOTICES_FILE) -> NoticeText:
    """The words of this deployment in one language: `zh-CN` or `en`. Raises ConfigError."""
    file = load_strict(path, _NoticesFile)
    words = {"zh-CN": file.chinese, "en": file.english}[language]
    return NoticeText(**words.model_dump())
