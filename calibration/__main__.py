"""`python -m calibration`: measure on labelled photos and write calibration.json, det.svg and report.html."""

import argparse
import os
import re
import shlex
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from calibration import file, manifest
from calibration.plot import det_plot
from calibration.report import report
from calibration.run import Request, calibrate
from calibration.templates import Progress
from lifecert.adapters.config_files import load_policy
from local.quiet import native_logs_hidden

_CACHE = Path(".build/calibration/photos.sqlite")
_REFUSED = 2  # exit code


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when all was written, 2 when the input was refused."""
    options = _parser().parse_args(arguments)
    try:
        request = _request(options, sys.argv[1:] if arguments is None else arguments)
        with _bar() as bar, native_logs_hidden():
            content = calibrate(request, load_policy(), options.date, options.cache, bar)
    except sqlite3.Error as error:
        sys.stderr.write(f"{options.cache}: {error}; delete it or name another --cache\n")
        return _REFUSED
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return _REFUSED
    options.out.mkdir(parents=True, exist_ok=True)
    plot = det_plot(
        [one for one in content.sets if one.det and not one.group],
        content.accept,
        content.review,
    )
    file.save(content, options.out / "calibration.json")
    (options.out / "det.svg").write_text(plot, encoding="utf-8")
    (options.out / "report.html").write_text(report(content, plot), encoding="utf-8")
    sys.stdout.write(f"wrote calibration.json, det.svg and report.html to {options.out}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="calibration", description=__doc__)
    parser.add_argument(
        "data", type=Path, help="manifest img_a,img_b,same[,group] (reference, frame, 1 or 0), or a folder of people"
    )
    parser.add_argument("out", type=Path, help="folder for the results")
    parser.add_argument("--date", type=date.fromisoformat, required=True, help="date of the measurement, YYYY-MM-DD")
    parser.add_argument("--root", type=Path, help="what manifests' paths are relative to (their own folder)")
    parser.add_argument("--cross", action="store_true", help="every photo with every other too (always for a folder)")
    parser.add_argument(
        "--attacks", type=Path, help="manifest img,label,attack_type[,subject]; label live, attack or spoof"
    )
    parser.add_argument(
        "--central-face", action="store_true", help="where there are several: the one in the middle, as LFW is labelled"
    )
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
    folder = options.data.is_dir()
    dataset = (
        manifest.read_folder(options.data)
        if folder
        else manifest.read_pairs(options.data, options.root or options.data.parent)
    )
    shown = (
        manifest.read_presentations(options.attacks, options.root or options.attacks.parent) if options.attacks else ()
    )
    command = shlex.join(["python", "-m", "calibration", *arguments])
    cross = options.cross or folder
    return Request(dataset, shown, cross, options.central_face, options.repeats, options.seed, command)


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
