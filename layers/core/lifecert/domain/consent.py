"""The texts that people agree to before the camera opens."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConsentSection:
    """One thing that is told: why, how long, how to withdraw."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One version in one language (BCP 47). `agree` is what stands on the button."""

    version: str
    language: str
    title: str
    sections: tuple[ConsentSection, ...]
    agree: str


@dataclass(frozen=True, slots=True)
class ConsentTexts:
    """All texts, past ones too: whoever agreed to one may read it again. `in_force` is the version to agree to."""

    in_force: str
    texts: tuple[ConsentText, ...]
