"""`make pad DATA=folder`: the product on an office's own recordings, by the method of ISO/IEC 30107-3:2023.

How the folder is laid out is said in `lab/attacks/recordings.py`, what the rates mean in `lab/attacks/pad_rates.py`. Of
photos and clips the cue is asked, and with a reference the match; of sessions, which have a frame for each step, the
challenge and the whole product too. Self-tested: the word says that no laboratory took part, and nothing here is a
certificate. Pictures are read where they are, and nothing is kept of them but the counts.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from lab.attacks.pad_page import figures, page, table
from lab.attacks.pad_rates import Part, Presentation, passes
from lab.attacks.recordings import KitError, Recording, frames_of, recordings, references
from lifecert.adapters.files.policy import load_policy
from lifecert.domain.challenge import Step, has_expression
from lifecert.domain.evidence import EnrolmentEvidence, Evidence, Template, Verdict
from lifecert.domain.imprint import NO_PHOTOS, KnownPhotos
from lifecert.domain.policy import PASSIVE_LEAST, PASSIVE_MEASURE, Outcome, Policy, decide
from lifecert.ports.vision import Frame
from lifecert_vision import embed, match, quality
from lifecert_vision.align import align
from lifecert_vision.analyser import VisionAnalyser
from lifecert_vision.decode import Image
from lifecert_vision.detect import Detector
from lifecert_vision.measures import is_poor
from lifecert_vision.passive import PassiveCue, find_passive_cue

_ENOUGH = 3  # as in the product: a mean of three good frames gains nothing by mirror images


class Looker:
    """Asks the parts of the product about one recording after the other."""

    def __init__(self, policy: Policy, cue: PassiveCue, enrolled: Mapping[str, Path]) -> None:
        """Raises KitError for a reference that would not be enrolled."""
        self._policy, self._cue = policy, cue
        self._detector, self._embedder, self._analyser = Detector(), embed.Embedder(), VisionAnalyser(policy)
        self._enrolled = {name: self._enrol(path) for name, path in enrolled.items()}

    def look(self, recording: Recording) -> Presentation:
        """What each part says of a recording. Raises KitError."""
        scores, vectors, faces = list[float](), list[embed.Vector](), list[tuple[Image, bool]]()
        for frame in frames_of(recording):
            found = self._detector.detect(frame)
            if found:
                scores.append(self._cue.live(frame, found[0]))
                measures = quality.assess(frame, found, Step.NEUTRAL, self._policy.quality)
                faces.append((align(frame, found[0]), is_poor(measures)))
        taken = {Part.CUE: passes(scores, self._policy.passive, whole=self._cue.whole)}
        enrolled = self._enrolled.get(recording.subject)
        if enrolled is not None:
            few = len(faces) < _ENOUGH
            vectors = [self._embedder.embed(face, both_sides=few or poor).vector for face, poor in faces]
            taken[Part.MATCH] = bool(vectors) and self._matches(embed.mean(vectors), enrolled)
        taken |= self._session(recording, enrolled)
        return Presentation(recording.species, recording.subject, recording.instrument, bool(faces), taken)

    def _enrol(self, path: Path) -> EnrolmentEvidence:
        found = self._analyser.enrol(path.read_bytes())
        if found.template is None:
            raise KitError(f"{path.name} would not be enrolled: {found.reason}")
        return found

    def _matches(self, vector: embed.Vector, enrolled: EnrolmentEvidence) -> bool:
        (found,) = match.compare(vector, None, _references(enrolled))
        return found.similarity >= self._policy.match.accept

    def _session(self, recording: Recording, enrolled: EnrolmentEvidence | None) -> dict[Part, bool]:
        asked = tuple(recording.steps)
        if len(asked) < 1 + self._policy.challenge.steps:
            return {}
        if not has_expression(asked):
            raise KitError(f"{recording.path.name} has turns alone, which no session asks for")
        frames = [Frame(step, path.read_bytes()) for step, path in recording.steps.items()]
        known = KnownPhotos((enrolled.imprint,)) if enrolled else NO_PHOTOS
        evidence = self._analyser.analyse(frames, _references(enrolled) if enrolled else {}, known).evidence
        taken = {Part.CHALLENGE: _shown(evidence)}
        if enrolled:
            taken[Part.PRODUCT] = decide(evidence, self._policy, asked, 1).outcome is Outcome.ACCEPTED
        return taken


def _references(enrolled: EnrolmentEvidence) -> dict[str, Template]:
    return {"reference": enrolled.template} if enrolled.template else {}


def _shown(evidence: Evidence) -> bool:
    """Whether nothing but the cue speaks against the frames."""
    others = (one for one in evidence.measures() if one.name not in (PASSIVE_MEASURE, PASSIVE_LEAST))
    return all(one.verdict in (Verdict.PASSED, Verdict.WARNED) for one in others)


def look(folder: Path, policy: Policy, cue: PassiveCue, say: Callable[[str], None]) -> list[Presentation]:
    """Ask about every recording of a folder. Raises KitError."""
    files = recordings(folder)
    looker, found = Looker(policy, cue, references(folder)), []
    for number, recording in enumerate(files, start=1):
        found.append(looker.look(recording))
        if number % 20 == 0 or number == len(files):
            say(f"{number} of {len(files)} recordings")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 measured, 2 the folder or the build cannot be measured."""
    parser = argparse.ArgumentParser(
        prog="python -m lab.attacks.kit", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="recordings, see lab/attacks/recordings.py")
    parser.add_argument("--out", type=Path, help="folder for report.html and report.json")
    asked = parser.parse_args(arguments)
    policy, cue = load_policy(), find_passive_cue()
    try:
        if cue is None:
            raise KitError("this build has no passive model: make setup where npm can fetch it, or with MODELS=folder")
        found = look(asked.folder, policy, cue, lambda line: print(line, file=sys.stderr, flush=True))
    except KitError as error:
        print(f"pad: {error}", file=sys.stderr)
        return 2
    print(table(found))
    if asked.out:
        asked.out.mkdir(parents=True, exist_ok=True)
        told = figures(found, policy, whole=cue.whole)
        (asked.out / "report.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        (asked.out / "report.html").write_text(page(found, policy.version, whole=cue.whole), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
