"""Run one built function in Lambda's own image against a local AWS, and read what it answers. `make docker-check`.

The local AWS listens on the address of Docker's bridge, where containers reach it, for as long as this takes.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from local.deploy import deploy
from local.dev.event import live
from local.dev.running import Running, folder_for
from local.dev.sam import command, fault_in, write
from local.dev.welcome import prepare
from local.stack import ROOT, StackError, run

SAM = [str(ROOT / ".venv" / "bin" / "sam")]
_GATEWAY = ["docker", "network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}"]


def main() -> int:
    """0 the function answered, 1 it failed, 3 Docker or the local AWS cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m local.dev.docker_check")
    parser.add_argument("--build", type=Path, required=True, help="what sam build --use-container made")
    parser.add_argument("--function", default="VerifyFace", help="(%(default)s)")
    parser.add_argument("--event", type=Path, help="(of a live session, for VerifyFace and StartSession)")
    asked = parser.parse_args()
    try:
        host = subprocess.run(_GATEWAY, capture_output=True, text=True, check=True).stdout.strip()
        with run(host=host) as stack, folder_for(stack.aws.endpoint) as folder:
            deployment = deploy(stack.aws)
            running = Running(folder, prepare(deployment, folder))
            write(deployment, asked.build, folder)
            fault = fault_of(running, asked.function, asked.event)
    except (StackError, OSError, subprocess.CalledProcessError) as error:
        print(f"docker-check: {error}", file=sys.stderr)
        return 3
    print(f"docker-check: {asked.function} FAILED: {fault}" if fault else f"docker-check: {asked.function} answered.")
    return 1 if fault else 0


def fault_of(running: Running, function: str, event: Path | None) -> str | None:
    """Have SAM run a function once, print what it answers, and say what is wrong with that. Without an event, one of a
    live session is made. Raises StackError when there is none for the function."""
    event = event or live(running).get(function)
    if event is None:
        raise StackError(f"Name EVENT=events/...: there is no live event for {function}.")
    call = [*SAM, *command(function, event, running.folder)]
    done = subprocess.run(call, stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout.strip())
    return fault_in(done.stdout) if done.returncode == 0 else f"sam ended with {done.returncode}"


if __name__ == "__main__":
    sys.exit(main())
