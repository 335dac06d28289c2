"""What was measured of an office's recordings, as text, as JSON and as a page that a phone shows too."""

from collections.abc import Sequence
from html import escape
from typing import Any

from lab.attacks.pad_rates import Part, Presentation, Species, measured
from lab.plot import PAGE_STYLE
from lifecert.domain.policy import Policy

NOTE = "Self-tested, not certified."
METHOD = "ISO/IEC 30107-3:2023"
INJECTION = "CEN/TS 18099:2024"
_COLUMNS = ("species", "people", "instruments", "shown", "wrong", "no face", "error")
_WHY = {
    Part.CUE: "The networks alone, over the frames of a presentation.",
    Part.CHALLENGE: "Quality, steps, flatness, one person. Asked of sessions, which have frames by step.",
    Part.MATCH: "Whether it is the enrolled person's face, as the threshold accepts. Asked where there is a reference.",
    Part.PRODUCT: "Everything together, and the policy over it. Asked of sessions with a reference.",
}


def told(presentations: Sequence[Presentation]) -> list[tuple[Part, bool, tuple[Species, ...]]]:
    """Every table: the part, whether it is of what was injected, and its rows. What nobody was asked is left out."""
    kinds = [(part, injected) for injected in (False, True) for part in Part]
    tables = [(part, injected, measured(presentations, part, injected=injected)) for part, injected in kinds]
    return [one for one in tables if one[2]]


def table(presentations: Sequence[Presentation]) -> str:
    """The figures as text."""
    lines = [NOTE]
    for part, injected, species in told(presentations):
        lines += ["", f"{part}{', injected' if injected else ''}"]
        lines.append(
            f"  {'species':22} {'people':>6} {'with':>5} {'shown':>6} {'wrong':>6} {'no face':>7}  error, 95 %"
        )
        for one in species:
            counts = (
                f"{one.subjects:6} {one.instruments:5} {one.presentations:6} {one.wrong:6} {one.without_response:7}"
            )
            lines.append(f"  {one.name:22} {counts}  {_error(one, part)}")
    return "\n".join(lines)


def figures(presentations: Sequence[Presentation], policy: Policy, *, whole: bool) -> dict[str, Any]:
    """The same as JSON holds it."""
    limits = policy.passive
    return {
        "note": NOTE,
        "method": METHOD,
        "policy": policy.version,
        "networks": "all" if whole else "the first alone",
        "limits": {"middle": limits.min_live, "least": limits.min_live_frame}
        if whole
        else {"middle": limits.min_live_alone},
        "tables": [
            {
                "part": part,
                "injected": injected,
                "species": [
                    {
                        "name": one.name,
                        "rate": one.rate(part),
                        "subjects": one.subjects,
                        "instruments": one.instruments,
                        "presentations": one.presentations,
                        "wrong": one.wrong,
                        "without_response": one.without_response,
                        "interval": [round(end, 4) for end in one.interval],
                    }
                    for one in species
                ],
            }
            for part, injected, species in told(presentations)
        ],
    }


def page(presentations: Sequence[Presentation], policy_version: str, *, whole: bool) -> str:
    """The same as a page that needs nothing else."""
    networks = "all three networks" if whole else "one network of three"
    tables = told(presentations)
    shown = [_section(part, species) for part, injected, species in tables if not injected]
    sent = [_section(part, species, level=3) for part, injected, species in tables if injected]
    return "\n".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            "<title>LifeCert: presentation attack detection</title>",
            f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{PAGE_STYLE}</style>',
            f"</head><body><h1>Presentation attack detection</h1><p class=warning><b>{NOTE}</b> No laboratory took",
            f"part. Policy {escape(policy_version)}, the cue with {networks}; by the method of {METHOD}: each species",
            "by itself, intervals exact (Clopper and Pearson), 95 %.</p>",
            *shown,
            "<h2>Injected</h2><p class=note>Sent to the service and shown to no camera: what stands above does not",
            f"hold for these. After {INJECTION}, as far as recordings go: which software sent them is not looked at.",
            "</p>" if sent else "None was recorded.</p>",
            *sent,
            "</body></html>\n",
        )
    )


def _section(part: Part, species: Sequence[Species], level: int = 2) -> str:
    head = "".join(f"<th>{name}" for name in _COLUMNS)
    rows = "".join(_row(one, part) for one in species)
    name = part[0].upper() + part[1:]
    return (
        f"<h{level}>{name}</h{level}><p class=note>{_WHY[part]}</p>"
        f"<table><thead><tr>{head}</thead><tbody>{rows}</tbody></table>"
    )


def _row(one: Species, part: Part) -> str:
    error, interval = _error(one, part).rsplit(" [", 1)
    cells = (
        escape(one.name),
        one.subjects,
        one.instruments or "",
        one.presentations,
        one.wrong,
        one.without_response,
        f"{error} <small>[{interval}</small>",
    )
    told_of = (f"<td data-of='{name}'>{cell}" for name, cell in zip(_COLUMNS, cells, strict=True))
    return f"<tr>{''.join(told_of)}"


def _error(one: Species, part: Part) -> str:
    low, high = one.interval
    return f"{one.rate(part)} {100 * one.wrong / one.presentations:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"
