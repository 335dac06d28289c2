"""Limits on the deployed template: a user who asks for many unknown people is told to wait, and nobody else is."""

import uuid
from collections.abc import Callable

from local.demo.phone import Answer, Phone
from local.deploy import Deployment
from tests.e2e.test_bad_input import start_body
from tests.support.deployed import Known, another_id_number


def test_many_unknown_people_are_too_many(stack: Deployment, phone_of: Callable[[str], Phone], ming: Known) -> None:
    curious = phone_of(f"{uuid.uuid4().hex}@example.org")

    def ask(known: bool = False) -> Answer:
        id_number = ming.id_number if known else another_id_number()
        person = {"name": ming.name, "id_number": id_number}
        return curious.call("POST", "/sessions", start_body(ming, beneficiary=person))

    limited = stack.with_parameter("UnknownByUserHour", "2")
    try:
        # One window may end between two of these.
        codes = [ask().body["code"] for _ in range(5)]
        assert codes[0] == "beneficiary_not_found"
        assert codes.count("limit_reached") >= 1
        over, known = ask(), ask(known=True)
        del over.body["request_id"], known.body["request_id"]
        assert over == known
        assert over.status == 429
        assert phone_of(f"{uuid.uuid4().hex}@example.org").start(ming.name, ming.id_number)["slots"]
    finally:
        limited.with_parameter("UnknownByUserHour", "100000")
