"""What people read, in the languages they read it in: one JSON file per language beside this module."""

import json
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, cast


class Language(StrEnum):
    """A language there are texts in; the first one is the default."""

    CHINESE = "zh-CN"
    ENGLISH = "en"


def choose_language(accept_language: str | None) -> Language:
    """The best language for an Accept-Language header (RFC 9110 §12.5.4); Chinese when none of them is asked for."""
    wishes = []
    for part in (accept_language or "").split(","):
        tag, _, parameters = part.strip().partition(";")
        wishes.append((_quality(parameters), tag.strip().lower()))
    # Stable: of equally wished languages the first one named.
    for quality, tag in sorted(wishes, key=lambda wish: -wish[0]):
        for language in Language:
            if quality > 0 and tag.split("-")[0] == language.split("-")[0]:
                return language
    return Language.CHINESE


def _quality(parameters: str) -> float:
    name, _, value = parameters.replace(" ", "").partition("=")
    if not name:
        return 1.0
    try:
        return float(value) if name.lower() == "q" else 1.0
    except ValueError:
        return 0.0


@cache
def texts(language: Language) -> Mapping[str, Any]:
    """All texts of a language."""
    path = Path(__file__).with_name(f"texts.{language}.json")
    return cast("Mapping[str, Any]", json.loads(path.read_text(encoding="utf-8")))


def text(language: Language, group: str, key: str) -> str:
    """One text. Raises KeyError when it is missing; a test proves that none is."""
    return cast("str", texts(language)[group][key])
