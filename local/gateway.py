"""What the gateway says by itself, told to the local AWS once the stack is deployed there.

SAM writes it into the API's description as extensions (`x-amazon-apigateway-gateway-responses`, responses of the mocked
preflight), which the local AWS does not read; its own API takes both.
"""

from collections.abc import Mapping
from typing import Any

from local.aws import Aws

NOBODY = "'https://none.invalid'"
STAGE = "local"


def speak(aws: Aws, api_id: str, api: Mapping[str, Any], web_origin: str) -> None:
    """Refuse, and answer who asks first (CORS), as `api`, the template's section `Api`, has it."""
    gateway, properties = aws.gateway(), api["Properties"]
    origin = f"'{web_origin}'" if web_origin else NOBODY
    for kind, refusal in properties["GatewayResponses"].items():
        headers = {**refusal["ResponseParameters"]["Headers"], "Access-Control-Allow-Origin": origin}
        gateway.put_gateway_response(
            restApiId=api_id,
            responseType=kind,
            statusCode=refusal["StatusCode"],
            responseParameters={f"gatewayresponse.header.{name}": value for name, value in headers.items()},
            responseTemplates=refusal["ResponseTemplates"],
        )
    cors = properties["Cors"]
    allowed = {
        "Allow-Origin": origin,
        "Allow-Headers": cors["AllowHeaders"],
        "Allow-Methods": cors["AllowMethods"],
        "Max-Age": cors["MaxAge"],
    }
    for page in gateway.get_paginator("get_resources").paginate(restApiId=api_id, embed=["methods"]):
        for resource in page["items"]:
            if "OPTIONS" in resource.get("resourceMethods", {}):
                gateway.put_integration_response(
                    restApiId=api_id,
                    resourceId=resource["id"],
                    httpMethod="OPTIONS",
                    statusCode="200",
                    responseParameters={
                        f"method.response.header.Access-Control-{name}": value for name, value in allowed.items()
                    },
                )
    # Refusals hold from the next deployment on.
    gateway.create_deployment(restApiId=api_id, stageName=STAGE)
