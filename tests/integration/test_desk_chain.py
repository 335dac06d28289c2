"""The ledger as the desk verifies it: the page's own code, by Node.js on what the route answers, whole and spoilt."""

import base64
import copy
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from lifecert.application.office.get_ledger import ChainView
from lifecert.application.shared.certifying import Proof, certifying
from lifecert.domain.actor import Actor, Role
from lifecert.domain.certificate import Method
from lifecert.domain.ledger import GENESIS, LedgerEntry, LedgerEvent
from lifecert.entry.http.bodies.chain import Chain
from tests.support.builders import NOW, a_change, an_issuer, registration
from tests.support.desk_code import answered, desk_module
from tests.support.fakes.keys import FakeSigning

TODAY = NOW.date()
AFTER = """
const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
(async () => {
  const told = [];
  for (const {chain, id, certificate, keys} of asked) {
    const found = await judged(chain, id);
    const signed = certificate ? await certificateOf(chain.entries[certificate.place], certificate, keys) : "";
    told.push(Object.assign(found, {signed}));
  }
  process.stdout.write(JSON.stringify(told));
})();
"""
Told = dict[str, Any]
# Whatever an entry may say: text beyond ASCII and JSON's own signs, numbers, neither, lists, in no order.
DETAILS = {
    "reason": None,
    "zone": '市\u2028"\\\t\x7f😀',
    "attempt": -2,
    "on_behalf": True,
    "a": "",
    "benefits": [{"b": 1, "a": None}],
}


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[Any]], list[Told]]:
    """The module, joined with what it needs, as a page is: what it says of each question."""
    folder = tmp_path_factory.mktemp("web")
    script = desk_module("chain", folder) + AFTER

    def of(questions: list[Any]) -> list[Told]:
        told: list[Told] = answered(script, questions, folder)
        return told

    return of


class Lived:
    """Somebody who was registered, tried, was certified by a clerk, and tried again: what the route answers of them."""

    def __init__(self) -> None:
        issuer = an_issuer()
        began = registration()
        tried = a_change(began.after, details=DETAILS)
        proof = Proof(Method.IN_PERSON, TODAY, "clerk-1", "e" * 64)
        later = NOW + timedelta(microseconds=1)
        certified, _ = certifying(tried.after, proof, Actor("clerk-1", Role.CLERK), later, TODAY, {})
        again = a_change(certified.after, LedgerEvent.REMINDER_DUE, at=NOW.replace(microsecond=0))
        changes = (began, tried, issuer.signed(certified), again)
        entries = tuple(one.entry for one in changes)
        assert all(isinstance(one, LedgerEntry) for one in entries)
        answer = Chain.of(ChainView(again.after, entries))
        self.id = again.after.beneficiary_id
        self.chain: Told = json.loads(answer.model_dump_json())
        assert changes[2].certificate
        self.statement = changes[2].certificate.statement
        self.signing = issuer.signer
        assert isinstance(self.signing, FakeSigning)
        self.keys = self.signing.jwks()

    def question(self, change: Callable[[Told], object] = lambda _chain: None) -> Told:
        chain = copy.deepcopy(self.chain)
        change(chain)
        return {"chain": chain, "id": self.id}


def edited(seq: int, **fields: Any) -> Callable[[Told], object]:
    return lambda chain: chain["entries"][seq - 1].update(fields)


def detail(seq: int, name: str, value: Any) -> Callable[[Told], object]:
    return lambda chain: chain["entries"][seq - 1]["details"].update({name: value})


def without(name: str) -> Callable[[Told], object]:
    return lambda chain: chain["entries"][1]["details"].pop(name)


def swapped(chain: Told) -> None:
    entries = chain["entries"]
    entries[1], entries[2] = entries[2], entries[1]


# What somebody did, what the page says of the four entries, and of the end.
SPOILT: dict[str, tuple[Callable[[Told], object], list[str], str]] = {
    "nothing": (lambda _chain: None, ["", "", "", ""], ""),
    "another actor": (edited(2, actor_id="nobody"), ["", "altered", "", ""], ""),
    "another moment": (edited(2, at="2026-03-01T04:00:00+00:00"), ["", "altered", "", ""], ""),
    "another role": (edited(1, role="system"), ["altered", "", "", ""], ""),
    "another event": (edited(4, event="lapsed"), ["", "", "", "altered"], ""),
    "a detail": (detail(2, "attempt", 3), ["", "altered", "", ""], ""),
    "a detail of another type": (detail(2, "attempt", "-2"), ["", "altered", "", ""], ""),
    "a detail of a benefit": (detail(2, "benefits", [{"b": 1, "a": ""}]), ["", "altered", "", ""], ""),
    "one detail more": (detail(2, "more", None), ["", "altered", "", ""], ""),
    "one detail less": (without("reason"), ["", "altered", "", ""], ""),
    "its hash": (edited(2, hash="0" * 64), ["", "altered", "unlinked", ""], ""),
    "its link": (edited(3, prev_hash="0" * 64), ["", "", "unlinked", ""], ""),
    "the first link": (edited(1, prev_hash="1" * 64), ["unlinked", "", "", ""], ""),
    "one taken out": (lambda chain: chain["entries"].pop(1), ["", "missing", "missing"], "cut"),
    "the last cut off": (lambda chain: chain["entries"].pop(), ["", "", ""], "cut"),
    "the last cut off, and the number": (
        lambda chain: (chain["entries"].pop(), chain.update(version=3)),
        ["", "", ""],
        "other",
    ),
    "two swapped": (swapped, ["", "missing", "missing", "unlinked"], ""),
    "another head": (lambda chain: chain.update(head="0" * 64), ["", "", "", ""], "other"),
    "all taken out": (lambda chain: chain.update(entries=[]), [], "cut"),
    "nothing at all": (lambda chain: chain.update(entries=[], version=0, head=GENESIS), [], ""),
    "somebody else's": (edited(3, beneficiary_id="another"), ["", "", "foreign", ""], ""),
}


def test_each_entry_is_whole_or_named_with_what_is_wrong(judge: Callable[[list[Any]], list[Told]]) -> None:
    lived = Lived()
    told = judge([lived.question(change) for change, _, _ in SPOILT.values()])
    for name, one, (_, faults, end) in zip(SPOILT, told, SPOILT.values(), strict=True):
        assert (one["faults"], one["end"]) == (faults, end), name
        assert one["whole"] == (name == "nothing"), name


def test_a_certificate_is_signed_and_says_what_its_entry_says(judge: Callable[[list[Any]], list[Told]]) -> None:
    lived = Lived()
    head, body, signature = lived.statement.split(".")
    stranger = FakeSigning().sign({"jti": "1"})
    other = lived.signing.sign({**json.loads(json.dumps(_claims(lived))), "certified_on": "2020-01-01"})
    no_digest = {**lived.question(lambda chain: chain["entries"][2]["details"].pop("evidence_digest"))}
    asked = [
        {**lived.question(), "certificate": {"place": 2, "statement": statement}, "keys": lived.keys}
        for statement in (lived.statement, f"{head}.{body}.{signature[:-4]}AAAA", stranger, other, "", "x.y.z")
    ]
    asked.append({**no_digest, "certificate": {"place": 2, "statement": lived.statement}, "keys": lived.keys})
    told = [one["signed"] for one in judge(asked)]
    assert told == ["genuine", "forged", "forged", "differs", "forged", "forged", "differs"]


def _claims(lived: Lived) -> dict[str, Any]:
    body = lived.statement.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims
