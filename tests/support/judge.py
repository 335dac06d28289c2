"""Decode files in a process of their own each, under hard limits, and say what came of it: one line of JSON for each.

`python -m tests.support.judge FILE...`, or without files contents on stdin, each behind its length (4 bytes,
big-endian). A process is forked for every one once the decoder is loaded, so that its peak of memory is the library's
and the picture's, and a crash or a hang ends that one alone. It needs nothing but what the layers bring.
"""

import json
import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

from lifecert.adapters.files.policy import load_policy
from lifecert.domain.policy import Policy
from lifecert_vision.decode import decode, refuse_unlimited_decoder
from lifecert_vision.header import Kind, PictureRefused

CPU_SECONDS = 20
# Beside what the libraries have reserved when they are loaded. More than the tests allow, since a decoder that is
# refused memory says only that the picture is damaged.
MEGABYTES_MORE = 2000


def judge(content: bytes, policy: Policy, kinds: frozenset[Kind]) -> None:
    """Decode one file and print the result; ends the process."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    told: dict[str, object] = {"reason": None}
    try:
        pixels = decode(content, policy.image, kinds)
        told |= {"shape": pixels.shape, "type": str(pixels.dtype), "contiguous": pixels.flags.c_contiguous}
    except PictureRefused as refused:
        told["reason"] = refused.reason.value
    used = resource.getrusage(resource.RUSAGE_SELF)
    told["seconds"] = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    told["megabytes"] = used.ru_maxrss / 1024
    print(json.dumps(told), flush=True)
    os._exit(0)


def contents() -> Iterator[bytes]:
    """What is to be decoded."""
    for name in sys.argv[1:]:
        yield Path(name).read_bytes()
    if len(sys.argv) == 1:
        while length := sys.stdin.buffer.read(4):
            yield sys.stdin.buffer.read(int.from_bytes(length, "big"))


def reserved() -> int:
    """Bytes of address space that this process has by now."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()


def main() -> None:
    """Judge every content; whatever ends without a word is told as a crash."""
    policy, kinds = load_policy(), frozenset(os.environ.get("KINDS", " ".join(Kind)).split())
    refuse_unlimited_decoder()
    most = reserved() + (MEGABYTES_MORE << 20)
    for content in contents():
        child = os.fork()
        if child == 0:
            resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
            judge(content, policy, frozenset(map(Kind, kinds)))
        _, status = os.waitpid(child, 0)
        if status:
            print(json.dumps({"crash": os.waitstatus_to_exitcode(status)}), flush=True)


if __name__ == "__main__":
    main()
