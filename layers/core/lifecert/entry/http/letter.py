"""The letter of an invitation: one sheet to print, which is the only place where its code stands.

It is large enough to be read by who it is for, and asks nobody for anything: no script, no picture from elsewhere.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import cast

import segno

from lifecert.application.office.invite import IssuedInvitation
from lifecert.entry.http.texts import Language, text

# Any of the eight is right for a code that looks random; to weigh them all costs 0.2 s of CPU for each letter.
_MASK = 2


def letter(issued: IssuedInvitation, page_url: str, language: Language) -> str:
    """The sheet in a language; `page_url` is where people open the phone page."""
    words, invitation = letter_texts(language), issued.invitation
    told = [words["keep"].format(day=invitation.expires_on.isoformat()), words["safe"]]
    if invitation.guardian:
        told.insert(0, words["guardian"])
    return Template(_part("html")).substitute(
        language=language.value,
        style=_part("css"),
        title=escape(words["title"]),
        name=escape(words["name"].format(name=issued.beneficiary.masked_name)),
        why=escape(words["why"]),
        code=_code(f"{page_url}#{issued.code.text}"),
        steps="".join(f"<li>{escape(words[step])}</li>" for step in ("scan", "check", "photos")),
        by_hand=escape(words["by_hand"]),
        address=escape(page_url),
        digits="".join(f"<span>{group}</span>" for group in issued.code.grouped.split()),
        told="".join(f"<p>{escape(line)}</p>" for line in told),
        help_line=escape(words["help_line"].format(number=issued.help_line)),
        other_ways=escape(text(language, "notes", "other_ways")),
        number=escape(words["number"].format(number=invitation.invitation_id)),
    )


@cache
def letter_headers() -> dict[str, str]:
    """The sheet's own style, by its hash, and nothing else; the code is nobody else's business."""
    style = base64.b64encode(hashlib.sha256(_part("css").encode()).digest()).decode()
    nothing = "".join(f"; {kind} 'none'" for kind in ("base-uri", "form-action", "frame-ancestors"))
    return {"Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{style}'{nothing}"}


@cache
def letter_texts(language: Language) -> Mapping[str, str]:
    """The letter's words in a language."""
    return cast("Mapping[str, str]", json.loads(_part(f"{language}.json")))


def _code(content: str) -> str:
    code = segno.make_qr(content, error="m", boost_error=False, mask=_MASK)
    return code.svg_inline(omitsize=True, svgclass=None, lineclass=None)


@cache
def _part(kind: str) -> str:
    return Path(__file__).with_name(f"letter.{kind}").read_text(encoding="utf-8")
