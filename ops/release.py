"""A name for all that verify_face runs with: the build's content and the deployment's parameters.

    python -m ops.release BUILD-FOLDER [PARAMETER=value ...]

The same content and parameters give the same name, so that deploying again changes nothing. Letters and digits alone:
SAM may make logical ids of it.
"""

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

_PARTS = ("template.yaml", "CoreLayer", "VisionLayer", "VerifyFace")


def release(build: Path, parameters: Sequence[str]) -> str:
    """The name. Raises FileNotFoundError when nothing was built."""
    digest = hashlib.sha256("\0".join(sorted(parameters)).encode())
    for part in _PARTS:
        root = build / part
        if not root.exists():
            raise FileNotFoundError(f"{root}: not built")
        for path in [root] if root.is_file() else sorted(root.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":  # made from the sources, and not always alike
                digest.update(f"{path.relative_to(build)}\0".encode())
                with path.open("rb") as stream:
                    digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()[:20]


if __name__ == "__main__":
    print(release(Path(sys.argv[1]), sys.argv[2:]))
