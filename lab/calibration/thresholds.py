"""From rates measured here and elsewhere to the calibration that the policy loads: the strictest source decides."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter

from lab.calibration.measurement import AtThreshold, Measurement, RateEntry, SetEntry
from lab.calibration.statistics import Curve, pairs_needed
from lifecert.adapters.files.calibration import FORMAT, Calibration, RatesAt, Source, Threshold

ELSEWHERE = Path(__file__).parent / "published.json"


class TooFewPairs(ValueError):
    """No source has enough impostor pairs to say which threshold gives the wanted rate."""


def elsewhere(path: Path = ELSEWHERE) -> tuple[Source, ...]:
    """What was found on faces that are not here. Raises pydantic.ValidationError or OSError."""
    return TypeAdapter(tuple[Source, ...]).validate_json(json.dumps(json.loads(path.read_text(encoding="utf-8"))))


def least_threshold(source: Source, wanted: float) -> float | None:
    """The least threshold from which on the source has no rate above `wanted`; None when its highest one is above."""
    good = None
    for rates in sorted(source.rates, key=lambda rates: -rates.threshold):
        if rates.fmr > wanted:
            break
        good = rates.threshold
    return good


def choose(sources: Sequence[Source], wanted: Sequence[float]) -> tuple[Threshold, ...]:
    """A threshold for each wanted rate, such that no source has more false matches at it.

    Raises TooFewPairs when there is no source, or one whose rates all are too high.
    """
    chosen = []
    for fmr in sorted(set(wanted)):
        needs = {source.name: least_threshold(source, fmr) for source in sources}
        found = {name: threshold for name, threshold in needs.items() if threshold is not None}
        if not sources or len(found) < len(needs):
            lacking = ", ".join(name for name in needs if name not in found) or "no source with enough pairs"
            raise TooFewPairs(
                f"no threshold for a rate of {fmr}: {lacking}. It takes {pairs_needed(min(wanted)):,} impostor pairs"
            )
        name = max(found, key=lambda name: found[name])
        chosen.append(Threshold(fmr=fmr, threshold=found[name], source=name))
    return tuple(chosen)


def provisional(name: str, curve: Curve, wanted: Sequence[float]) -> Source:
    """A set that was measured, with what `choose` needs of it. Raises TooFewPairs."""
    levels = {fmr: curve.threshold_at(fmr) for fmr in wanted}
    if lacking := [fmr for fmr, level in levels.items() if level is None or not 0 < level < 1]:
        raise TooFewPairs(f"{name}: no threshold gives a rate of {lacking[0]}")
    return Source(
        name=name,
        kind="measured",
        origin="this run",
        on=None,
        fingerprint=None,
        people=None,
        genuine=curve.genuine_total,
        impostor=curve.impostor_total,
        rates=tuple(
            RatesAt(
                threshold=level, fmr=curve.fmr(level).value or 0.0, fmr_interval=None, fnmr=None, fnmr_interval=None
            )
            for level in sorted({level for level in levels.values() if level is not None})
        ),
    )


def measured(one: SetEntry, content: Measurement, about: str = "") -> Source:
    """A measured set as a source of the file."""
    origin = f"{content.command} (face: {content.face})"
    return Source(
        name=one.name,
        kind="measured",
        origin=f"{about}; {origin}" if about else origin,
        on=content.date,
        fingerprint=content.data.fingerprint,
        people=one.people,
        genuine=one.genuine,
        impostor=one.impostor,
        rates=tuple(_rates(at) for at in one.at if 0 < at.threshold < 1),
    )


def calibration_of(
    content: Measurement, sources: Sequence[Source], wanted: Sequence[float], version: str
) -> Calibration:
    """The file to load. `sources` must hold rates at the thresholds they decide. Raises TooFewPairs."""
    return Calibration(
        format=FORMAT,
        version=version,
        made_on=content.date,
        tool_version=content.tool_version,
        model_version=content.model_version,
        models=content.models,
        thresholds=choose(sources, wanted),
        sources=tuple(sources),
    )


def default_version(on: date) -> str:
    """A name for a calibration that was given none."""
    return f"own-{on}"


def _rates(at: AtThreshold) -> RatesAt:
    def interval(rate: RateEntry) -> tuple[float, float]:
        """The wider: of people where they are known, else of pairs."""
        return rate.bootstrap or rate.wilson

    return RatesAt(
        threshold=at.threshold,
        fmr=at.fmr.value or 0.0,
        fmr_interval=interval(at.fmr),
        fnmr=at.fnmr.value,
        fnmr_interval=interval(at.fnmr) if at.fnmr.value is not None else None,
    )
