"""Decode files in a process of their own each, under limits, and say what came of it: one line of JSON for each.

`python -m tests.support.judge FILE...`. A process is forked for every file once the decoder is loaded, so that its peak
of memory is the library's and the picture's, and a crash or a hang ends that file alone.
"""

import json
import os
import resource
import sys
from pathlib import Path

from lifecert.adapters.files.policy import load_policy
from lifecert_vision.decode import decode
from lifecert_vision.header import PictureRefused

CPU_SECONDS = 20


def judge(path: Path) -> None:
    """Decode one file and print the result; ends the process."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    before = resource.getrusage(resource.RUSAGE_SELF)
    content, reason = path.read_bytes(), None
    try:
        decode(content, load_policy().image)
    except PictureRefused as refused:
        reason = refused.reason.value
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"reason": reason, "seconds": seconds, "megabytes": used.ru_maxrss / 1024}), flush=True)
    os._exit(0)


def main() -> None:
    """Judge every file named; whatever ends without a word is told as a crash."""
    for name in sys.argv[1:]:
        child = os.fork()
        if child == 0:
            judge(Path(name))
        _, status = os.waitpid(child, 0)
        if status:
            print(json.dumps({"crash": os.waitstatus_to_exitcode(status)}), flush=True)


if __name__ == "__main__":
    main()
