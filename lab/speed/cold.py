"""One cold start: from the spawn of the interpreter to the first decision. Run by `lab.speed.measure`, never imported.

Does what Lambda does with verify_face: imports its handler, which builds everything, and then looks at three frames.
What AWS answers is not waited for: no call is made.
"""

import json
import os
import sys
from pathlib import Path

from lab.speed.marks import mark, memory_mb


def main(photos: Path) -> None:
    """Print when and at what cost the function was ready and had decided."""
    os.environ["AWS_LAMBDA_FUNCTION_NAME"] = "verify_face"  # the handler builds at import, as in Lambda
    import app  # noqa: F401

    ready = mark()
    from lifecert.bootstrap import phone as bootstrap
    from lifecert.domain.evidence import Template
    from lifecert.domain.policy import decide
    from lifecert.ports.vision import Frame

    plan = json.loads((photos / "plan.json").read_text("utf-8"))
    verify = bootstrap.verify_face()
    reference = Template((photos / "reference.template").read_bytes(), verify.policy.match.model_version)
    from lifecert.domain.challenge import Step

    steps = tuple(Step(step) for step in plan["steps"])
    frames = [Frame(step, (photos / f"{step}.jpg").read_bytes()) for step in steps]
    evidence = verify.analyser.analyse(frames, {"reference": reference}).evidence
    decision = decide(evidence, verify.policy, steps, attempt=1)
    print(json.dumps({"ready": ready, "decided": mark(), "outcome": decision.outcome, "peak_mb": memory_mb("VmHWM")}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
