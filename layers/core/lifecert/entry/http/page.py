"""A certificate as a page for people: what it says, what it is worth today, and its check in the reader's browser.

Its document, style and script lie in `web/certificate`. It calls nobody but this API, for the published keys; its
content security policy lets it do nothing else.
"""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any, cast

import segno

from lifecert.application.certify.get_certificate import CertificateView
from lifecert.domain.certificate import RevocationCause
from lifecert.domain.data_match import Sources
from lifecert.domain.districts import DistrictNames
from lifecert.entry.http.problems import Answer
from lifecert.entry.http.texts import Language

# Shown large: what a reader wants to know. Shown small: what an office or an auditor goes by.
FACTS = (
    *("masked_name", "category", "district", "method", "proof_channel", "source", "mandate"),
    *("certified_on", "valid_until"),
)
SMALL = ("iss", "jti", "policy_version", "model_version", "calibration_version", "evidence_digest")
# Any of the eight is right for text that looks random; to weigh them all costs 0.2 s of CPU for each page.
MASK = 2
_IN_WORDS = ("category", "method", "proof_channel", "mandate")


@dataclass(frozen=True, slots=True)
class Names:
    """What districts, and registers that a certificate names, are called."""

    districts: DistrictNames
    sources: Sources


def certificate_page(
    view: CertificateView, address: str, today: date, names: Names, language: Language, document: str
) -> str:
    """The page of a certificate as of `today`, put into `document`; `address` is where the page itself is found.

    What it shows is what was signed, and no other column of the store; to the code of the district, and of a register
    that the certificate names, it adds what that is called.
    """
    words, statement = page_texts(language), view.certificate.statement
    claims = _claims(statement)
    called = _called(claims, names, language)
    content = [
        f"<h1>{escape(words['page']['title'])}</h1>",
        _state(
            words["states"][view.state],
            words["meanings"]["revoked_by_mistake" if view.revoked_for is RevocationCause.ERROR else view.state],
            words["page"]["as_of"].format(day=today.isoformat()),
        ),
        _facts(claims, FACTS, words, called),
        _check(statement, words["check"]),
        '<div class="codes">',
        _code(address, "m", words["codes"]["address"]),
        _code(statement, "l", words["codes"]["statement"]),
        "</div>",
        _facts(claims, SMALL, words, called, "small"),
        f'<p class="small">{escape(words["page"]["free"])}</p>',
    ]
    return _page(view.state, content, language, document)


def problem_page(answer: Answer, language: Language, document: str) -> str:
    """A problem document as a page, for a person who followed a wrong link."""
    heading = f"<h1>{escape(page_texts(language)['page']['title'])}</h1>"
    return _page("problem", [heading, _state(answer.body["title"], answer.body["detail"])], language, document)


def prefers_page(accept: str | None) -> bool:
    """Whether an Accept header (RFC 9110 §12.5.1) would rather have HTML than JSON, as browsers do."""
    wishes = {"text/html": 0.0, "application/json": 0.0}
    for part in (accept or "").lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        if kind in wishes:
            wishes[kind] = next((_number(one[2:]) for one in parameters if one.startswith("q=")), 1.0)
    return wishes["text/html"] > wishes["application/json"]


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return 0.0


def _claims(statement: str) -> dict[str, str]:
    payload = statement.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return {name: str(value) for name, value in claims.items()}


def _state(headline: str, meaning: str, as_of: str = "") -> str:
    told = "".join(f"<p>{escape(line)}</p>" for line in (meaning, as_of) if line)
    return f'<div class="state" role="status"><strong>{escape(headline)}</strong>{told}</div>'


def _facts(
    claims: Mapping[str, str],
    names: Iterable[str],
    words: Mapping[str, Any],
    called: Mapping[str, str],
    kind: str = "large",
) -> str:
    rows = []
    for name in names:
        if name in claims:
            value = claims[name]
            shown = words[name][value] if name in _IN_WORDS else value
            if name in called:
                # A name may change; the code beside it is what was signed.
                shown = f"{called[name]} {value}"
            fact = f'<dd data-claim="{name}" data-value="{escape(value)}">{escape(shown)}</dd>'
            rows.append(f"<dt>{escape(words['facts'][name])}</dt>{fact}")
    return f'<dl class="{kind}">{"".join(rows)}</dl>'


def _called(claims: Mapping[str, str], names: Names, language: Language) -> Mapping[str, str]:
    district, called = claims["district"], {}
    if (name := names.districts.of(district)) != district:
        called["district"] = name
    if "source" in claims:
        called["source"] = names.sources.of(claims["source"]).place[language.value]
    return called


def _check(statement: str, words: Mapping[str, str]) -> str:
    results = " ".join(f'data-{name}="{escape(words[name])}"' for name in ("genuine", "forged", "unchecked"))
    return (
        f'<p class="check" id="check" role="status" data-statement="{escape(statement)}" {results}>'
        f'{escape(words["running"])}</p><noscript><p class="check">{escape(words["by_hand"])}</p></noscript>'
    )


def _code(content: str, level: str, caption: str) -> str:
    # `level`: how much of the code may be spoilt; a large one reads better with more and larger modules instead.
    code = segno.make_qr(content, error=level, boost_error=False, mask=MASK)
    drawing = code.svg_inline(omitsize=True, svgclass=None, lineclass=None)
    return f"<figure>{drawing}<figcaption>{escape(caption)}</figcaption></figure>"


def _page(state: str, content: Iterable[str], language: Language, document: str) -> str:
    return Template(document).substitute(
        language=language.value,
        title=escape(page_texts(language)["page"]["title"]),
        state=state,
        content="\n".join(content),
    )


@cache
def page_texts(language: Language) -> Mapping[str, Any]:
    """The page's words in a language."""
    words = Path(__file__).with_name(f"certificate_page.{language}.json")
    return cast("Mapping[str, Any]", json.loads(words.read_text(encoding="utf-8")))
