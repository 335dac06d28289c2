"""Let people registered before be found by payment reference: `make index-payment-references STACK=name`.

Whoever is registered since this was deployed is found anyway. Noted twice, a reference stands once, so a run that was
stopped is simply started again.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lifecert.adapters.dynamodb.payment_references import DynamoPaymentReferences
from lifecert.adapters.dynamodb.values import plain
from lifecert.adapters.kms.person_keys import KmsPersonKeys
from lifecert.domain.benefit import FIRST_PAYER
from lifecert.ports.keys import PersonKeys
from ops.deployment import UNREACHABLE, add_arguments, add_pace, at_most, client, dynamodb, output, outputs, parse, why
from ops.words import show, summary

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class PaymentReferenceIndex:
    """Notes the references of everybody in the register. `wait` is called before each person who has any."""

    client: "DynamoDBClient"
    register: str
    references: str
    keys: PersonKeys
    wait: Callable[[], None] = lambda: None

    def __call__(self, progress: Callable[[Counter[str]], None] = lambda _done: None) -> Counter[str]:
        """Go through the register; how many were noted, and how many have no reference."""
        done: Counter[str] = Counter()
        for item in self._items():
            done[self._note(item)] += 1
            progress(done)
        return done

    def _items(self) -> Iterator[Mapping[str, Any]]:
        pages = self.client.get_paginator("scan").paginate(
            TableName=self.register, ProjectionExpression="beneficiary_id, benefits", ConsistentRead=True
        )
        return (plain(item) for page in pages for item in page["Items"])

    def _note(self, item: Mapping[str, Any]) -> str:
        told = [
            self.keys.reference_key(one.get("payer", FIRST_PAYER), one["payer_reference"])
            for one in item.get("benefits", [])
            if one.get("payer_reference")
        ]
        if not told:
            return "without a reference"
        self.wait()
        DynamoPaymentReferences(self.client, self.references).note(told, item["beneficiary_id"])
        return "noted"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 everybody can be found, 2 something cannot be reached."""
    parser = argparse.ArgumentParser(
        prog="python -m ops.index_payment_references", description=(__doc__ or "").split("\n")[0]
    )
    add_arguments(parser)
    add_pace(parser, 50.0, "people")
    asked = parse(parser, arguments)
    try:
        found = outputs(asked.stack, asked.endpoint_url)
        secrets = tuple(output(found, "PersonSecrets").split(","))
        kms = client("kms", asked.endpoint_url)
        index = PaymentReferenceIndex(
            dynamodb(asked.endpoint_url),
            output(found, "BeneficiariesTable"),
            output(found, "PaymentReferencesTable"),
            KmsPersonKeys(kms, output(found, "PersonKeyId"), secrets),
            at_most(asked.per_second),
        )
        done = index(show)
    except UNREACHABLE as error:
        print(f"stopped: {why(error)}; what is done is done, start it again to go on", file=sys.stderr)
        return 2
    print(f"\r{summary(done)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
