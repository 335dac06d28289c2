"""SAM's own command line where there is no Docker: `python -m tests.support.sam_local local invoke VerifyFace ...`.

All of it is SAM's, up to the container: it reads the template, finds code and layers, and resolves the variables. In
the container's place AWS's runtime interface client runs the function with just these variables, as the image would.
"""

import json
import subprocess
import sys
import tempfile
from typing import Any
from unittest.mock import MagicMock

from samcli.cli.main import cli
from samcli.local.docker.container_client_factory import ContainerClientFactory
from samcli.local.lambdafn.runtime import LambdaRuntime

from tests.support.builds import builds
from tests.support.runtime_api import serve

SECONDS = 90.0


def invoke(_self: Any, function: Any, event: str, *_: Any, stdout: Any, stderr: Any, **__: Any) -> None:
    """In place of `LambdaRuntime.invoke`, which starts a container."""
    with serve() as api, tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [builds()[function.runtime].interpreter, "-m", "awslambdaric", function.handler],
            cwd=function.code_abs_path,
            env={
                "PATH": "/usr/local/bin:/usr/bin:/bin",
                "LANG": "en_US.UTF-8",
                "TZ": ":UTC",
                **function.env_vars.resolve(),
                "AWS_LAMBDA_RUNTIME_API": api.address,
                "LAMBDA_TASK_ROOT": function.code_abs_path,
                "_HANDLER": function.handler,
                "PYTHONPATH": ":".join(f"{layer.codeuri}/python" for layer in function.layers),
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            api.send(json.loads(event))
            answer = api.answer(SECONDS)
        finally:
            process.kill()
            process.wait()
            log.seek(0)
            stderr.write_str(log.read())
    # As Lambda's image does, also when the function failed.
    stdout.write_str(json.dumps(answer.error or answer.result, ensure_ascii=False))


if __name__ == "__main__":
    LambdaRuntime.invoke = invoke
    ContainerClientFactory.create_client = lambda *_: MagicMock()  # asked, and never for a container
    sys.exit(cli())
