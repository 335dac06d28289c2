"""Run ministack on an interpreter that does not have it. Started by `local.stack`, never imported.

Functions run as subprocesses of ministack's own interpreter. That one is a venv with boto3 alone, as in Lambda,
so that a dependency missing from a layer is missing here too. Ministack and what it needs is therefore found
through `sys.path` of this one process, which its children do not inherit.

What API Gateway answers by itself (the preflight of browsers, its own refusals) stands in the deployed template, and
ministack leaves it out when it imports an API. It is put back here.

Arguments: the site-packages folder that holds ministack. Standard input: a pipe from the starter; when it
closes, however the starter ended, so does this process.
"""

import os
import signal
import sys
import threading
from typing import Any


def _end_with_the_starter() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _answer_as_the_template_says(gateway: Any) -> None:
    """Have ministack import what an API's description says of mock integrations and of the gateway's refusals."""
    import_api, import_operation = gateway._import_rest_api, gateway._import_operation

    def api_with_refusals(spec: dict[str, Any], *more: Any) -> str:
        api_id: str = import_api(spec, *more)
        for kind, answer in spec.get("x-amazon-apigateway-gateway-responses", {}).items():
            gateway._put_gateway_response(api_id, kind, answer)
        return api_id

    def operation_with_answers(
        api_id: str, resource_id: str, method: str, operation: dict[str, Any] | None, *more: Any
    ) -> None:
        import_operation(api_id, resource_id, method, operation, *more)
        described = (operation or {}).get("x-amazon-apigateway-integration", {})
        if described.get("type", "").upper() != "MOCK":
            return
        stored = gateway._resources[api_id][resource_id]["resourceMethods"][method]["methodIntegration"]
        stored["requestTemplates"] = described.get("requestTemplates", {})
        for pattern, answer in described.get("responses", {}).items():
            by_default = "" if pattern == "default" else pattern
            status = str(answer.get("statusCode", 200))
            gateway._put_integration_response(
                api_id, resource_id, method, status, {**answer, "selectionPattern": by_default}
            )

    gateway._import_rest_api, gateway._import_operation = api_with_refusals, operation_with_answers


def main() -> None:
    """Start ministack in the foreground."""
    sys.path.insert(0, sys.argv.pop())
    threading.Thread(target=_end_with_the_starter, daemon=True).start()
    from ministack.app import main as ministack
    from ministack.services import apigateway_v1

    _answer_as_the_template_says(apigateway_v1)
    ministack()


if __name__ == "__main__":
    main()
