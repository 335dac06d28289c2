"""Decide a session by what verify_face saw on its frames. Asked by that function and by nobody else."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import phone
from lifecert.entry.log import LogCode, count, logger, serving


@serving(phone.decide_session)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    count("DecisionsAsked")
    answer = phone.answer_to(event, phone.decide_session())
    refused = str(answer.get("refused") or ("FramesMissing" if "frames_missing" in answer else "none"))
    logger.info(LogCode.SESSION_DECIDED, extra={"session_id": str(event["session_id"]), "refused": refused})
    return answer
