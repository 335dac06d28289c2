"""Run ministack on an interpreter that does not have it. Started by `local.stack`, never imported.

Functions run as subprocesses of ministack's own interpreter. That one is a venv with boto3 alone, as in Lambda,
so that a dependency missing from a layer is missing here too. Ministack and what it needs is therefore found
through `sys.path` of this one process, which its children do not inherit.

Arguments: the site-packages folder that holds ministack. Standard input: a pipe from the starter; when it
closes, however the starter ended, so does this process.
"""

import os
import signal
import sys
import threading


def _end_with_the_starter() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Start ministack in the foreground."""
    sys.path.insert(0, sys.argv.pop())
    threading.Thread(target=_end_with_the_starter, daemon=True).start()
    from ministack.app import main as ministack

    ministack()


if __name__ == "__main__":
    main()
