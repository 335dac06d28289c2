"""The consent texts from their file: strict, so that no version lacks a language, a heading or a word."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from lifecert.adapters.files.strict import Strict, load_strict
from lifecert.domain.consent import ConsentSection, ConsentText, ConsentTexts

CONSENT_FILE = Path(__file__).parents[2] / "consent.json"

_Line = Annotated[str, Field(min_length=2, max_length=80)]
_Words = Annotated[str, Field(min_length=10, max_length=2000)]


class _Section(Strict):
    heading: _Line
    text: _Words


class _Text(Strict):
    title: _Line
    sections: Annotated[list[_Section], Field(min_length=1)]
    agree: _Line


class _Version(Strict):
    chinese: Annotated[_Text, Field(alias="zh-CN")]
    english: Annotated[_Text, Field(alias="en")]

    @model_validator(mode="after")
    def _tells_the_same(self) -> "_Version":
        if len(self.chinese.sections) != len(self.english.sections):
            raise ValueError("both languages must have as many sections")
        return self


class _ConsentFile(Strict):
    in_force: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")]
    versions: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")], _Version]

    @model_validator(mode="after")
    def _has_it(self) -> "_ConsentFile":
        if self.in_force not in self.versions:
            raise ValueError(f"in_force: there is no version {self.in_force}")
        return self


def load_consent_texts(path: Path = CONSENT_FILE) -> ConsentTexts:
    """The texts of this deployment. Raises ConfigError."""
    file = load_strict(path, _ConsentFile)
    return ConsentTexts(
        file.in_force,
        tuple(
            ConsentText(
                version,
                language,
                words.title,
                tuple(ConsentSection(one.heading, one.text) for one in words.sections),
                words.agree,
            )
            for version, texts in file.versions.items()
            for language, words in (("zh-CN", texts.chinese), ("en", texts.english))
        ),
    )
