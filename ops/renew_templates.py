"""Bring stored templates and imprints up to the newest model and secret: `make renew-templates STACK=lifecert-dev`.

A reference of an older model is embedded anew from its stored photo, beside the old template: both live until the newer
functions are deployed, and after. One under an older secret is stored again under the newest, together with the
imprints beside it; imprints of before they were sealed are sealed. What is done already is left alone, so a run that
was stopped is simply started again. The secret is the deployment's own (`TemplateSecretVersion`); under another one
nothing is protected unasked.
"""

import argparse
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from lifecert.adapters.dynamodb.ledger import DynamoLedger
from lifecert.adapters.dynamodb.references import IMPRINT_ATTRIBUTES, imprints_of, template_of, with_imprints
from lifecert.adapters.dynamodb.values import plain, typed
from lifecert.adapters.files.policy import load_policy
from lifecert.adapters.kms.template_protection import KmsTemplateProtection
from lifecert.adapters.s3.gallery import gallery_files, gallery_secret
from lifecert.adapters.s3.vectors import S3VectorsGallery, enrolled_by_ledger
from lifecert.domain.evidence import Template
from lifecert.domain.gallery import GalleryFace
from lifecert.domain.imprint import KnownPhotos
from lifecert.domain.policy import Policy
from lifecert.domain.sealed_imprint import version_of
from lifecert.ports.gallery import Gallery
from lifecert.ports.protection import TemplateProtection
from lifecert.ports.vision import FaceAnalyser
from ops.deployment import (
    UNREACHABLE,
    add_arguments,
    add_pace,
    at_most,
    client,
    dynamodb,
    output,
    outputs,
    parameter,
    parse,
    why,
)
from ops.words import counted, show, summary

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

_TOGETHER = 1000  # faces between two writes of the gallery
Progress = Callable[[Counter[str]], None]


def no_progress(_done: Counter[str]) -> None:
    """Show nothing."""


# What is counted.
SAID = ("reference", "references")


@dataclass(frozen=True, slots=True)
class Renewal:
    """Renews the references table. `wait` is called before each change and bounds the rate."""

    client: "DynamoDBClient"
    s3: "S3Client"
    table: str
    bucket: str
    protection: TemplateProtection
    secret_version: str
    analyser: FaceAnalyser
    model_version: str
    wait: Callable[[], None] = lambda: None

    def __call__(self, progress: Progress = no_progress) -> Counter[str]:
        """Go through all references; how many were left alone, embedded, protected, or need a new photo."""
        done: Counter[str] = Counter()
        for item in self._items():
            done[self._renew(item)] += 1
            progress(done)
        return done

    def fill(self, gallery: Gallery) -> int:
        """Put everybody's newest templates into a gallery, which may be empty or not; how many there are."""
        count = 0
        batch: list[GalleryFace] = []
        for item in self._items():
            if item["model_version"] == self.model_version:
                self.wait()
                (plain_one,) = self.protection.reveal(item["beneficiary_id"], {"": template_of(item)}).values()
                reference_id = item.get("of_reference", item["reference_id"])
                batch.append(GalleryFace(item["beneficiary_id"], reference_id, plain_one))
            if len(batch) == _TOGETHER:
                count += _filled(gallery, batch)
        return count + _filled(gallery, batch)

    def _items(self) -> Iterator[Mapping[str, Any]]:
        pages = self.client.get_paginator("scan").paginate(
            TableName=self.table, FilterExpression="attribute_exists(template)", ConsistentRead=True
        )
        return (plain(item) for page in pages for item in page["Items"])

    def _renew(self, item: Mapping[str, Any]) -> str:
        outcome = "left alone"
        while not self._is_protected(item):
            self.wait()
            if self._protect(item):
                outcome = "protected"
                break
            now = self._item(item["beneficiary_id"], item["reference_id"])
            if now is None:
                return outcome  # deleted
            item = now  # a session's frames came in meanwhile
        # One that was embedded anew is renewed with its original.
        if "of_reference" in item or item["model_version"] == self.model_version or self._is_embedded(item):
            return outcome
        self.wait()
        return self._embed(item)

    def _is_protected(self, item: Mapping[str, Any]) -> bool:
        return {template_of(item).protection, *map(version_of, imprints_of(item))} == {self.secret_version}

    def _item(self, beneficiary_id: str, reference_id: str) -> Mapping[str, Any] | None:
        key = _key(beneficiary_id, reference_id)
        found = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return plain(found) if found else None

    def _protect(self, item: Mapping[str, Any]) -> bool:
        """Whether template and imprints are stored anew. Nobody's reference comes back that was deleted meanwhile, and
        no imprint that was replaced."""
        person, stored = item["beneficiary_id"], template_of(item)
        (revealed,) = self.protection.reveal(person, {item["reference_id"]: stored}).values()
        protected = self.protection.protect(person, revealed)
        plain_ones = self.protection.unseal(person, KnownPhotos(tuple(imprints_of(item)))).references
        old = {"template": item["template"], **{name: item[name] for name in IMPRINT_ATTRIBUTES if name in item}}
        new = {
            **with_imprints(item, self.protection.seal(person, plain_ones)),
            "template": protected.vector,
            "protection": protected.protection,
        }
        return self._unless_changed(
            self.client.update_item,
            TableName=self.table,
            Key=_key(person, item["reference_id"]),
            UpdateExpression="SET " + ", ".join(f"{name} = :new_{name}" for name in new),
            ConditionExpression=" AND ".join(f"{name} = :old_{name}" for name in old),
            ExpressionAttributeValues=typed(
                {f":new_{name}": value for name, value in new.items()}
                | {f":old_{name}": value for name, value in old.items()}
            ),
        )

    def _is_embedded(self, item: Mapping[str, Any]) -> bool:
        return self._item(item["beneficiary_id"], self._name(item)) is not None

    def _embed(self, item: Mapping[str, Any]) -> str:
        photo = self.s3.get_object(Bucket=self.bucket, Key=item["photo_key"])["Body"].read()
        made: Template | None = self.analyser.enrol(photo).template
        if made is None:
            return "need a new photo"
        protected = self.protection.protect(item["beneficiary_id"], made)
        new = {
            # Its imprints stay where they are: they are of the same photo, and of sessions that are kept once.
            **{name: value for name, value in item.items() if name not in IMPRINT_ATTRIBUTES},
            "reference_id": self._name(item),
            "of_reference": item["reference_id"],
            "template": protected.vector,
            "model_version": protected.model_version,
            "protection": protected.protection,
        }
        original = {
            "ConditionCheck": {
                "TableName": self.table,
                "Key": _key(item["beneficiary_id"], item["reference_id"]),
                "ConditionExpression": "attribute_exists(template)",
            }
        }
        put = {"Put": {"TableName": self.table, "Item": typed(new)}}
        written = self._unless_changed(self.client.transact_write_items, TransactItems=[original, put])
        return "embedded" if written else "left alone"

    def _name(self, item: Mapping[str, Any]) -> str:
        return f"{item['reference_id']}@{self.model_version}"

    def _unless_changed(self, call: Callable[..., Any], **arguments: Any) -> bool:
        gone = self.client.exceptions
        try:
            call(**arguments)
        except (gone.ConditionalCheckFailedException, gone.TransactionCanceledException):
            return False
        return True


def _filled(gallery: Gallery, batch: list[GalleryFace]) -> int:
    gallery.add(f"filled-{uuid.uuid4()}", list(batch))
    count = len(batch)
    batch.clear()
    return count


def _key(beneficiary_id: str, reference_id: str) -> Any:
    return typed({"beneficiary_id": beneficiary_id, "reference_id": reference_id})


def agreed(secret: str, deployed: str, ask: Callable[[str], str]) -> bool:
    """Whether templates may be protected under this secret: it is the deployment's, or its name is typed again."""
    if secret == deployed:
        return True
    print(
        f"The deployment protects new templates under the secret {deployed}, and not under {secret}.\n"
        f"If you go on, all stored templates are protected under {secret}, and newly enrolled ones still under "
        f"{deployed}.",
        file=sys.stderr,
    )
    try:
        return ask(f"Type {secret} to go on: ").strip() == secret
    except EOFError:  # without a terminal there is nobody to ask, and the answer is no
        print(file=sys.stderr)
        return False


def _quiet_analyser(policy: Policy) -> FaceAnalyser:
    """The analyser, with its models loaded and what they write to the terminal while they load left out."""
    import cv2
    import numpy as np

    from lifecert_vision.analyser import VisionAnalyser
    from lifecert_vision.quiet import native_logs_hidden

    # They write when they look for the first time.
    nobody = cv2.imencode(".jpg", np.full((1280, 960, 3), 127, np.uint8))[1].tobytes()
    with native_logs_hidden():
        analyser = VisionAnalyser(policy)
        analyser.enrol(nobody)
    return analyser


def main(arguments: Sequence[str] | None = None, ask: Callable[[str], str] = input) -> int:
    """Exit status: 0 all renewed, 1 some need a new photo, 2 something cannot be reached or was not agreed to."""
    parser = argparse.ArgumentParser(prog="python -m ops.renew_templates", description=(__doc__ or "").split("\n")[0])
    add_arguments(parser)
    parser.add_argument("--secret-version", metavar="NAME", help="the secret (TemplateSecretVersion of the deployment)")
    parser.add_argument("--yes", action="store_true", help="do not ask before another secret than the deployment's")
    parser.add_argument(
        "--gallery",
        action="store_true",
        help="fill the gallery of this secret and model too",
    )
    add_pace(parser, 5.0, "changes")
    asked = parse(parser, arguments)
    from lifecert_vision.gallery import PackedGallery

    policy = load_policy()
    try:
        found = outputs(asked.stack, asked.endpoint_url)
        deployed = parameter(asked.stack, asked.endpoint_url, "TemplateSecretVersion")
        version = asked.secret_version or deployed
        if not asked.yes and not agreed(version, deployed, ask):
            print("stopped: nothing was changed (--yes, or YES=1 for make, goes on unasked)", file=sys.stderr)
            return 2
        protection = KmsTemplateProtection(client("kms", asked.endpoint_url), output(found, "TemplateKeyId"), version)
        renewal = Renewal(
            dynamodb(asked.endpoint_url),
            client("s3", asked.endpoint_url),
            output(found, "ReferencesTable"),
            output(found, "ReferencesBucket"),
            protection,
            version,
            _quiet_analyser(policy),
            policy.match.model_version,
            at_most(asked.per_second),
        )
        done = renewal(lambda so_far: show(so_far, *SAID))
        if asked.gallery:
            secret = partial(gallery_secret, protection.client, protection.key_id, version)
            gallery: Gallery
            if index := parameter(asked.stack, asked.endpoint_url, "GalleryIndexArn"):
                ledger = DynamoLedger(renewal.client, output(found, "LedgerTable"))
                vectors = client("s3vectors", asked.endpoint_url)
                gallery = S3VectorsGallery(vectors, index, secret, enrolled_by_ledger(ledger))
            else:
                files = gallery_files(renewal.s3, output(found, "GalleryBucket"), renewal.model_version, version)
                gallery = PackedGallery(files, secret)
            faces = counted(renewal.fill(gallery), "face", "faces")
            print(f"\n{faces} in the gallery", file=sys.stderr)
    except UNREACHABLE as error:
        print(f"stopped: {why(error)}; what is done is done, start it again to go on", file=sys.stderr)
        return 2
    print(f"\r{summary(done, *SAID)}")
    return 1 if done["need a new photo"] else 0


if __name__ == "__main__":
    sys.exit(main())
