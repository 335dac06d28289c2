"""Draw frames that answer a challenge, new ones at each call. `make frames SESSION=id` or `STEPS=neutral,smile`.

They show one of the registered people: of a session the person it is for. As with a camera, no two frames are the same,
so the API never says that it has seen one before.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from lifecert.adapters.dynamodb.sessions import DynamoSessions
from lifecert.domain.challenge import Step
from local.demo.cast import portrait
from local.demo.phone import camera_before
from local.dev.running import Running, find, short
from local.stack import StackError


def main(arguments: Sequence[str] | None = None) -> int:
    """0 drawn: a path a line; 2 no such session, step, person or stack."""
    parser = argparse.ArgumentParser(prog="python -m local.dev.frames", description=(__doc__ or "").split(". `")[0])
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--session", metavar="ID", help="for the challenge of this session")
    what.add_argument("--steps", metavar="STEP,STEP,...", help=f"for these steps: {', '.join(Step)}")
    parser.add_argument("--person", metavar="NAME", help="whose face (the session's, or the first in client.json)")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where to (a new folder beside client.json)")
    parser.add_argument("--endpoint-url", metavar="URL", help="which stack, when several run (the latest)")
    asked = parser.parse_args(arguments)
    try:
        running = find(asked.endpoint_url)
        steps, whose = of_session(running, asked.session) if asked.session else (steps_in(asked.steps), None)
        face = running.person(asked.person or whose)["face"]
        folder = asked.out or running.folder / "frames" / (asked.session or f"{datetime.now(UTC):%H%M%S-%f}")
        for path in draw(steps, face, folder):
            print(short(path))
    except (StackError, OSError) as error:
        print(f"frames: {error}", file=sys.stderr)
        return 2
    return 0


def steps_in(text: str) -> list[Step]:
    """Steps by name, with commas or spaces between them. Raises StackError."""
    names = [name for name in re.split(r"[,\s]+", text) if name]
    if unknown := [name for name in names if name not in set(Step)]:
        raise StackError(f"There is no step {', '.join(unknown)}. There are: {', '.join(Step)}.")
    if not names:
        raise StackError(f"No step is named. There are: {', '.join(Step)}.")
    return [Step(name) for name in names]


def of_session(running: Running, session_id: str) -> tuple[list[Step], str]:
    """The challenge of a session, and whom it is for. Raises StackError."""
    deployment = running.deployment
    session = DynamoSessions(deployment.aws.dynamodb(), deployment.outputs["SessionsTable"]).get(session_id)
    if session is None:
        raise StackError(f"There is no session {session_id} on this stack.")
    return list(session.challenge), session.beneficiary_id


def draw(steps: Sequence[Step], face: str, folder: Path) -> list[Path]:
    """Draw a portrait's answers to some steps, as files that are numbered like the slots of a session."""
    folder.mkdir(parents=True, exist_ok=True)
    camera = camera_before(portrait(face))
    paths = [folder / f"{number}-{step}.jpg" for number, step in enumerate(steps, 1)]
    for path, step in zip(paths, steps, strict=True):
        path.write_bytes(camera(step))
    return paths


if __name__ == "__main__":
    sys.exit(main())
