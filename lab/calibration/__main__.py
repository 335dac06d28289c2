"""`lifecert-calibrate`: measure on labelled photos; write calibration.json, which the policy can load, and a report."""

import argparse
import os
import re
import shlex
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from lab.calibration import manifest, measurement
from lab.calibration.plot import det_plot, roc_plot
from lab.calibration.report import report, too_few
from lab.calibration.run import Made, Request, calibrate
from lab.calibration.templates import Progress
from lab.calibration.thresholds import default_version, elsewhere
from lifecert.adapters.files.policy import POLICY_FILE, load_policy_file
from lifecert_vision.quiet import native_logs_hidden

_CACHE = Path(__file__).parents[2] / ".build/calibration/photos.sqlite"
_NO_CALIBRATION, _REFUSED = 1, 2  # exit codes


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when all was written, 1 when there were too few photos for a calibration, 2 when the input
    was refused."""
    options = _parser().parse_args(arguments)
    try:
        request = _request(options, sys.argv[1:] if arguments is None else arguments)
        with _bar() as bar, native_logs_hidden():
            made = calibrate(request, load_policy_file(options.policy), options.date, options.cache, bar)
        _write(made, options.out)
    except sqlite3.Error as error:
        sys.stderr.write(f"{options.cache}: {error}; delete it or name another --cache\n")
        return _REFUSED
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return _REFUSED
    if made.calibration is None:
        sys.stdout.write(f"wrote measurement.json, report.html, det.svg and roc.svg to {options.out}\n")
        sys.stderr.write(f"no calibration.json: {too_few(made.measurement)}\n")
        return _NO_CALIBRATION
    sys.stdout.write(f"wrote calibration.json, measurement.json, report.html, det.svg and roc.svg to {options.out}\n")
    return 0


def _write(made: Made, out: Path) -> None:
    content = made.measurement
    out.mkdir(parents=True, exist_ok=True)
    drawn = [one for one in content.sets if one.det and not one.group]
    # Where every photo met every other, those curves say more than the labelled pairs do.
    drawn = [one for one in drawn if one.best_accuracy is None] or drawn
    det, roc = (draw(drawn, content.accept, content.review) for draw in (det_plot, roc_plot))
    if made.calibration is None:
        # What an earlier run wrote there is not of these photos.
        (out / "calibration.json").unlink(missing_ok=True)
    else:
        measurement.save(made.calibration, out / "calibration.json")
    measurement.save(content, out / "measurement.json")
    (out / "det.svg").write_text(det, encoding="utf-8")
    (out / "roc.svg").write_text(roc, encoding="utf-8")
    (out / "report.html").write_text(report(content, made.calibration, det, roc), encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lifecert-calibrate", description=__doc__)
    parser.add_argument(
        "data",
        type=Path,
        help="manifest img_a,img_b,same[,fold][,group] (same: 1 or 0), pairs.txt of LFW, or folder of people",
    )
    parser.add_argument("out", type=Path, help="folder for the results")
    today = datetime.now(UTC).date()
    parser.add_argument("--date", type=date.fromisoformat, default=today, help="day of the measurement (today, UTC)")
    parser.add_argument("--name", help="version of the calibration, and its file's name (own-DATE)")
    parser.add_argument("--about", default="", help="whose faces these are, for readers of the calibration file")
    parser.add_argument("--root", type=Path, help="what manifests' paths are relative to (their own folder)")
    parser.add_argument("--cross", action="store_true", help="every photo with every other too (always for a folder)")
    parser.add_argument(
        "--attacks",
        type=Path,
        help="manifest img,label,attack_type[,subject] (label live, attack or spoof), or a folder of live/ and kinds",
    )
    parser.add_argument(
        "--central-face", action="store_true", help="where there are several: the one in the middle, as LFW is labelled"
    )
    parser.add_argument(
        "--own-only",
        action="store_true",
        help="let no figures from elsewhere count: for who measured old people's faces",
    )
    parser.add_argument("--policy", type=Path, default=POLICY_FILE, help="the policy whose rates are wanted (ours)")
    parser.add_argument("--repeats", type=_positive, default=1000, help="bootstrap resamples (%(default)s)")
    parser.add_argument("--seed", type=_positive, default=1, help="of the bootstrap (%(default)s)")
    parser.add_argument("--cache", type=Path, default=_CACHE, help="file that keeps templates (%(default)s)")
    return parser


def _positive(text: str) -> int:
    if not re.fullmatch(r"[1-9]\d{0,6}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 9999999")
    return int(text)


def _request(options: argparse.Namespace, arguments: Sequence[str]) -> Request:
    """Everything read and checked before the first photo is looked at. Raises ManifestError."""
    data, shown = options.data, options.attacks
    dataset = manifest.read_folder(data) if data.is_dir() else manifest.read_pairs(data, options.root or data.parent)
    presentations: tuple[manifest.Presentation, ...] = ()
    if shown:
        presentations = (
            manifest.read_presentation_folder(shown)
            if shown.is_dir()
            else manifest.read_presentations(shown, options.root or shown.parent)
        )
    return Request(
        dataset,
        presentations,
        cross=options.cross or data.is_dir(),
        central=options.central_face,
        repeats=options.repeats,
        seed=options.seed,
        # Names of files and folders only: where they lie is nobody's business.
        command=shlex.join(["lifecert-calibrate", *(Path(one).name if "/" in one else one for one in arguments)]),
        about=options.about,
        elsewhere=() if options.own_only else elsewhere(),
        version=options.name or default_version(options.date),
    )


@contextmanager
def _bar() -> Iterator[Progress]:
    """Progress on the standard error as it is now: it is hidden while the models make their noise there."""
    shown = -1
    with os.fdopen(os.dup(2), "w", encoding="utf-8") as to:

        def show(done: int, total: int) -> None:
            nonlocal shown
            if (percent := 100 * done // total) != shown:
                shown = percent
                to.write(f"\r[{'#' * (percent // 4):25}] {percent:3} %  {done:,} of {total:,} photos")
                to.write("\n" if done == total else "")
                to.flush()

        yield show


if __name__ == "__main__":
    sys.exit(main())
