"""A measurement and the calibration made from it as one page of HTML that needs nothing else."""

import re
from collections.abc import Iterable, Sequence
from html import escape
from math import floor, log10

from lab.calibration.measurement import AtThreshold, KindEntry, Measurement, RateEntry, SetEntry, Wanted
from lab.plot import PAGE_STYLE
from lifecert.adapters.files.calibration import Calibration, RatesAt, Source

_KINDS = {"measured": "measured here", "published": "published", "elsewhere": "measured elsewhere, faces not public"}
# How an origin that counts its photos begins.
_PHOTOS = re.compile(r"([\d,]+) (?=photos )")
# A cell is text of HTML, or such text and the columns that it spans.
_Cell = str | tuple[str, int]


def report(content: Measurement, calibration: Calibration | None, *plots: str) -> str:
    """The page. `plots` are SVG and go in as they are."""
    body = [
        _head(content, calibration),
        _data(content),
        _thresholds(content, calibration),
        _groups(content),
        f"<div class=plots>{''.join(plots)}</div>",
        _how_to_read(content),
        *(_set(one, content) for one in content.sets if not one.group),
    ]
    if content.presentations:
        body.append(_presentations(content.presentations))
    body.append(_provenance(content))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>LifeCert calibration</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{PAGE_STYLE}</style></head>'
        f"<body>{''.join(body)}</body></html>\n"
    )


def too_few(content: Measurement) -> str:
    """Why there is no calibration, in one sentence."""
    most = max((one.impostor for one in content.sets), default=0)
    return (
        f"the largest set has {most:,} pairs of strangers, and a rate of {number(content.accept_fmr)} takes "
        f"{content.pairs_needed:,}; take photos of more people"
    )


def _head(content: Measurement, calibration: Calibration | None) -> str:
    name = f"LifeCert calibration {escape(calibration.version)}" if calibration else "LifeCert measurement"
    warning = "" if calibration else f"<p class=warning>No calibration was written: {too_few(content)}.</p>"
    return (
        f"<h1>{name}</h1><p class=note>{content.date} &middot; "
        f"{escape(content.model_version)} &middot; at the rates of policy {escape(content.policy_version)}: "
        f"accept at {content.accept:.3f}, a human from {content.review:.3f}</p>{warning}"
    )


def _thresholds(content: Measurement, calibration: Calibration | None) -> str:
    """The thresholds, and all sources beside each other, the one that most strangers get past first."""
    chosen = [(number(one.fmr), f"{one.threshold:.4f}", escape(one.source)) for one in content.thresholds]
    sources = calibration.sources if calibration else content.elsewhere
    accept = content.accept
    rows = []
    for source in sorted(sources, key=lambda source: -_fmr_at(source, accept)):
        at = _nearest(source, accept)
        if at is None:
            continue
        interval = f" <small>{_interval(at.fmr_interval)}</small>" if at.fmr_interval else ""
        fnmr = "" if at.fnmr is None else number(at.fnmr)
        few = source.impostor is not None and source.impostor < content.pairs_needed
        pairs = (
            "not told" if source.impostor is None else f"{source.impostor:,}{' <small>too few</small>' if few else ''}"
        )
        where = (
            f"{number(at.fmr)}{interval}{'' if at.threshold == accept else f' <small>at {at.threshold:.3f}</small>'}"
        )
        rows.append(("small" if few else "", (escape(source.name), _KINDS[source.kind], pairs, where, fnmr)))
    head = ("source", "kind", "pairs of strangers", f"FMR at {accept:.3f}", f"FNMR at {accept:.3f}")
    return (
        "<h2>Thresholds</h2><p>At each wanted rate the source that needs the highest threshold decides.</p>"
        + _table(("strangers who match, at most", "threshold", "decided by"), (("", row) for row in chosen))
        + f"<h2>Whose faces: all sources</h2>{_table(head, rows)}"
        + f"<ul class=note>{''.join(f'<li>{line}' for line in _origins(sources))}</ul>"
    )


def _origins(sources: Iterable[Source]) -> list[str]:
    """Where sources that were not measured here come from: alike but for the number of photos, they share a line."""
    shared: dict[str, list[str]] = {}
    for source in sources:
        if source.on is None:
            photos, told = _PHOTOS.match(source.origin), source.origin
            told = told[photos.end() :] if photos else told
            shared.setdefault(told, []).append(f"{source.name} ({photos[1]})" if photos else source.name)
    return [f"{escape(', '.join(names))}: {escape(told)}" for told, names in sorted(shared.items())]


def _nearest(source: Source, threshold: float) -> RatesAt | None:
    """What the source says of this threshold, or of the highest one below it that it knows."""
    below = [rates for rates in source.rates if rates.threshold <= threshold]
    return max(below, key=lambda rates: rates.threshold, default=None)


def _fmr_at(source: Source, threshold: float) -> float:
    at = _nearest(source, threshold)
    return at.fmr if at else 0.0


def _how_to_read(content: Measurement) -> str:
    return (
        "<p class=note>FMR: how many strangers match. FNMR: how often a person does not match themselves. "
        "Brackets hold 95 % intervals: Wilson's, which takes pairs as independent and so is too narrow "
        "where photos are used again, and after &ldquo;people&rdquo; the one that resamples people "
        f"({content.bootstrap_repeats:,} times). Read the wider. Shaded rows are this calibration's thresholds. "
        "Of data without errors the left plot shows no curve.</p>"
    )


def _provenance(content: Measurement) -> str:
    return (
        f"<h2>Where this comes from</h2><p class=note>Data <code>{content.data.fingerprint}</code><br>"
        + "".join(f"{escape(name)} <code>{digest}</code><br>" for name, digest in content.models.items())
        + f"tool {escape(content.tool_version)}, seed {content.bootstrap_seed}<br>"
        f"<code>{escape(content.command)}</code></p>"
    )


def _data(content: Measurement) -> str:
    data = content.data
    people = f"{data.people:,} people" if data.people else f"people not known ({escape(data.people_unknown)})"
    face = "central one was taken" if content.face == "central" else "one that the product takes was taken"
    several = f"Where a photo shows several faces, the {face}."
    acquired, poor = sum(data.not_acquired.values()), sum(data.poor_quality.values())
    return (
        f"<p>{data.photos:,} photos, {people}. Failure to acquire: {acquired}{_reasons(data.not_acquired)}. "
        f"Of the others the quality stage would refuse {poor}{_reasons(data.poor_quality)}. {several}</p>"
    )


def _reasons(counts: dict[str, int]) -> str:
    return f" ({', '.join(f'{escape(reason)} {count}' for reason, count in counts.items())})" if counts else ""


def _set(one: SetEntry, content: Measurement) -> str:
    facts = [f"{one.genuine:,} genuine and {one.impostor:,} impostor pairs"]
    if one.lost:
        facts.append(f"{one.lost:,} more lost: no face found")
    if one.people is not None:
        facts.append(f"{one.people:,} people")
    if one.equal_error_rate is not None:
        facts.append(f"equal error rate {one.equal_error_rate:.2%}")
    if one.best_accuracy is not None:
        facts.append(f"best accuracy {one.best_accuracy:.2%}")
    if one.folds is not None:
        facts.append(
            f"accuracy over {len(one.folds.accuracies)} folds {one.folds.mean:.2%} &plusmn; {one.folds.error:.2%}"
        )
    shaded = (content.accept, content.review)
    rows = [("policy" if at.threshold in shaded else "", _row(at)) for at in one.at]
    rows += [("", _wanted(wanted, one.impostor)) for wanted in one.wanted]
    head = ("threshold", "false matches (FMR)", "false non-matches (FNMR)")
    return f"<h2>{escape(one.name.capitalize())}</h2><p>{'; '.join(facts)}.</p>{_table(head, rows)}"


def _groups(content: Measurement) -> str:
    """The manifest's groups beside each other and all labelled pairs, the group that most strangers get past first."""
    groups = [one for one in content.sets if one.group]
    if not groups:
        return ""
    accept, review = content.accept, content.review
    everybody = [one for one in content.sets if one.name == "labelled pairs, one frame"]
    rows = []
    for one in sorted(groups, key=lambda one: -(_at(one, accept).fmr.value or 0.0)) + everybody:
        few = one.impostor < content.pairs_needed
        cells = (
            escape(one.name),
            f"{one.genuine:,}",
            f"{one.impostor:,}{' <small>too few</small>' if few else ''}",
            *(rate(part) for level in (accept, review) for part in (_at(one, level).fmr, _at(one, level).fnmr)),
        )
        rows.append(("small" if few else "", cells))
    small = [one.name for one in groups if one.impostor < content.pairs_needed]
    warning = (
        f"<p class=warning>Too small to be a source of the thresholds, and without a say in them: "
        f"{escape(', '.join(small))}. A rate of {number(content.accept_fmr)} takes {content.pairs_needed:,} pairs of "
        "strangers; what fewer show is a guess.</p>"
        if small
        else ""
    )
    names = [f"{kind} at {at:.3f}" for at in (accept, review) for kind in ("FMR", "FNMR")]
    head = ("group", "pairs of one person", "pairs of strangers", *names)
    return f"<h2>Groups beside each other</h2>{warning}{_table(head, rows)}"


def _at(one: SetEntry, threshold: float) -> AtThreshold:
    return next(at for at in one.at if at.threshold == threshold)


def _row(at: AtThreshold, label: str = "") -> tuple[_Cell, ...]:
    return (f"{at.threshold:.4f}{label}", rate(at.fmr), rate(at.fnmr))


def _wanted(wanted: Wanted, impostor: int) -> tuple[_Cell, ...]:
    label = f"<small>for FMR {number(wanted.fmr)}</small>"
    if wanted.at is not None:
        return _row(wanted.at, f" {label}")
    return (label, (f"not enough pairs: {impostor:,} impostor pairs of {wanted.pairs_needed:,} needed", 2))


def _presentations(kinds: Sequence[KindEntry]) -> str:
    rows = [
        (
            "",
            (
                f"{escape(kind.kind)} <small>({'live' if kind.live else 'attack'})</small>",
                f"{kind.photos}",
                rate(kind.acquired),
                rate(kind.passed_quality),
                rate(kind.matched),
                rate(kind.passed_quality_and_matched),
            ),
        )
        for kind in kinds
    ]
    head = ("kind", "photos", "face found", "good quality", "matches", "good and matches")
    return (
        "<h2>Live photos and attacks</h2><p><strong>Challenge not assessed on stills</strong>: these are what the "
        "other stages let through, and for an attack what is left for the challenge to stop. The last column is "
        "the APCER (ISO/IEC 30107-3) of those stages for an attack, and 1 - BPCER for live photos. "
        "Matches are at the accept threshold, among photos with a reference of the subject.</p>" + _table(head, rows)
    )


def rate(entry: RateEntry) -> str:
    """A rate with its intervals, in per cent."""
    if entry.value is None:
        return "<small>nothing to count</small>"
    text = f"{number(entry.value)} <small>{_interval(entry.wilson)}"
    if entry.bootstrap is not None:
        text += f"<br>people {_interval(entry.bootstrap)}"
    return f"{text}<br>{entry.count:,} of {entry.total:,}</small>"


def number(share: float) -> str:
    """A share in per cent: two decimals, and where those would show less than two figures, two figures."""
    if share == 0:
        return "0 %"
    return f"{100 * share:.{max(2, 1 - floor(log10(100 * share)))}f} %"


def _interval(both: tuple[float, float]) -> str:
    low, high = (number(share).removesuffix(" %") for share in both)
    return f"[{low}, {high}]"


def _table(head: Sequence[str], rows: Iterable[tuple[str, Sequence[_Cell]]]) -> str:
    """A table of rows with their classes."""
    return (
        f"<table><thead><tr>{''.join(f'<th>{name}' for name in head)}<tbody>"
        f"{''.join(_tr(head, kind, cells) for kind, cells in rows)}</table>"
    )


def _tr(head: Sequence[str], kind: str, cells: Sequence[_Cell]) -> str:
    shown = []
    for name, cell in zip(head, cells, strict=False):
        text, columns = (cell, 1) if isinstance(cell, str) else cell
        span = f" colspan={columns}" if columns > 1 else ""
        shown.append(f'<td data-of="{escape(name)}"{span}>{text}')
    return f"<tr class='{kind}'>{''.join(shown)}"
