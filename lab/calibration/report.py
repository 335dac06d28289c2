"""A measurement and the calibration made from it as one page of HTML that needs nothing else."""

from collections.abc import Iterable, Sequence
from html import escape

from lab.calibration.measurement import AtThreshold, KindEntry, Measurement, RateEntry, SetEntry, Wanted
from lifecert.adapters.files.calibration import Calibration

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 68rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem; margin: 0 } h2 { font-size: 1.15rem; margin: 2rem 0 .4rem }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .3rem 1rem .3rem 0; border-bottom: 1px solid #ddd; vertical-align: top }
th { font-weight: 600; color: #555 } small, .note { color: #666 } tr.policy td { background: #f2f6fb }
td small { white-space: nowrap } code { overflow-wrap: anywhere }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 1rem }
svg { width: 100% }
@media (max-width: 40rem) { table { display: block; overflow-x: auto } td small { white-space: normal } }
"""


def report(content: Measurement, calibration: Calibration, *plots: str) -> str:
    """The page. `plots` are SVG and go in as they are."""
    body = [
        _head(content, calibration),
        _data(content),
        _thresholds(calibration),
        f"<div class=plots>{''.join(plots)}</div>",
        _how_to_read(content),
        *(_set(one, content) for one in content.sets if not one.group),
        _groups(content),
    ]
    if content.presentations:
        body.append(_presentations(content.presentations))
    body.append(_provenance(content))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>LifeCert calibration</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body>{''.join(body)}</body></html>\n"
    )


def _head(content: Measurement, calibration: Calibration) -> str:
    return (
        f"<h1>LifeCert calibration {escape(calibration.version)}</h1><p class=note>{content.date} &middot; "
        f"{escape(content.model_version)} &middot; at the rates of policy {escape(content.policy_version)}: "
        f"accept at {content.accept:.3f}, a human from {content.review:.3f}</p>"
    )


def _thresholds(calibration: Calibration) -> str:
    rows = []
    for one in calibration.thresholds:
        shown = "<br>".join(
            f"{escape(source.name)} <small>({source.kind}): FMR {number(rates.fmr, True)}"
            + (f", FNMR {number(rates.fnmr, False)}" if rates.fnmr is not None else "")
            + "</small>"
            for source in calibration.sources
            if (rates := source.at(one.threshold))
        )
        rows.append(f"<tr><td>{one.fmr:.2g}<td>{one.threshold:.4f}<td>{escape(one.source)}<td>{shown}")
    head = ("false matches, at most", "threshold", "decided by", "what each source says of it")
    origins = "".join(
        f"<li>{escape(source.name)}: {escape(source.origin)}" for source in calibration.sources if source.on is None
    )
    return (
        "<h2>Thresholds</h2><p>At each wanted rate the source that needs the highest threshold decides.</p>"
        f"{_table(head, rows)}<ul class=note>{origins}</ul>"
    )


def _how_to_read(content: Measurement) -> str:
    return (
        "<p class=note>Brackets hold 95 % intervals: Wilson's, which takes pairs as independent and so is too narrow "
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
    rows = [_row(at, "policy" if at.threshold in (content.accept, content.review) else "") for at in one.at]
    rows += [_wanted(wanted, one.impostor) for wanted in one.wanted]
    head = ("threshold", "false matches (FMR)", "false non-matches (FNMR)")
    return f"<h2>{escape(one.name.capitalize())}</h2><p>{'; '.join(facts)}.</p>{_table(head, rows)}"


def _groups(content: Measurement) -> str:
    groups = [one for one in content.sets if one.group]
    if not groups:
        return ""
    rows = []
    for one in groups:
        level = {at.threshold: at for at in one.at}
        accept, review = level[content.accept], level[content.review]
        rows.append(
            f"<tr><td>{escape(one.name)}<td>{one.genuine:,}<td>{one.impostor:,}<td>{rate(accept.fmr, small=True)}"
            f"<td>{rate(accept.fnmr)}<td>{rate(review.fmr, small=True)}<td>{rate(review.fnmr)}"
        )
    names = [f"{kind} at {at:.3f}" for at in (content.accept, content.review) for kind in ("FMR", "FNMR")]
    return "<h2>By group</h2>" + _table(("group", "genuine", "impostor", *names), rows)


def _row(at: AtThreshold, kind: str, label: str = "") -> str:
    return f"<tr class='{kind}'><td>{at.threshold:.4f}{label}<td>{rate(at.fmr, small=True)}<td>{rate(at.fnmr)}"


def _wanted(wanted: Wanted, impostor: int) -> str:
    if wanted.at is not None:
        return _row(wanted.at, "", f" <small>for FMR {wanted.fmr:.0e}</small>")
    text = f"not enough pairs: {impostor:,} impostor pairs of {wanted.pairs_needed:,} needed"
    return f"<tr><td><small>for FMR {wanted.fmr:.0e}</small><td colspan=2>{text}"


def _presentations(kinds: Sequence[KindEntry]) -> str:
    rows = [
        f"<tr><td>{escape(kind.kind)} <small>({'live' if kind.live else 'attack'})</small><td>{kind.photos}"
        f"<td>{rate(kind.acquired)}<td>{rate(kind.passed_quality)}<td>{rate(kind.matched)}"
        f"<td>{rate(kind.passed_quality_and_matched)}"
        for kind in kinds
    ]
    head = ("kind", "photos", "face found", "good quality", "matches", "good and matches")
    return (
        "<h2>Live photos and attacks</h2><p><strong>Challenge not assessed on stills</strong>: these are what the "
        "other stages let through, and for an attack what is left for the challenge to stop. The last column is "
        "the APCER (ISO/IEC 30107-3) of those stages for an attack, and 1 - BPCER for live photos. "
        "Matches are at the accept threshold, among photos with a reference of the subject.</p>" + _table(head, rows)
    )


def rate(entry: RateEntry, *, small: bool = False) -> str:
    """A rate with its intervals, as powers of ten when it is of a `small` kind, else in per cent."""
    if entry.value is None:
        return "<small>nothing to count</small>"
    text = f"{number(entry.value, small)} <small>{_interval(entry.wilson, small)}"
    if entry.bootstrap is not None:
        text += f"<br>people {_interval(entry.bootstrap, small)}"
    return f"{text}<br>{entry.count:,} of {entry.total:,}</small>"


def number(share: float, small: bool) -> str:
    """A share as a power of ten with two figures, or in per cent with two decimals."""
    if share == 0:
        return "0"
    return f"{share:.1e}" if small else f"{share:.2%}"


def _interval(both: tuple[float, float], small: bool) -> str:
    return f"[{number(both[0], small)}, {number(both[1], small)}]"


def _table(head: Iterable[str], rows: Iterable[str]) -> str:
    return f"<table><tr>{''.join(f'<th>{name}' for name in head)}{''.join(rows)}</table>"
