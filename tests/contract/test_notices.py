"""Contacts, sealed addresses, notices on their way, and the channels."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lifecert.adapters.kms.sealing import KmsAddresses
from lifecert.adapters.messages.sms import SnsSender
from lifecert.domain.errors import NoticeRefused, StoreUnavailable, VersionConflict
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.notice import Contact, NoticeChannel, NoticeKind, SentNotice
from tests.support.builders import NOW, VALID_UNTIL, a_change, an_id, registration
from tests.support.engines import DynamoTables, Stores

NUMBER = "+8613800000000"


def test_a_contact_is_written_with_its_change_or_not_at_all(stores: Stores) -> None:
    change = registration()
    who = change.after.beneficiary_id
    assert stores.contacts.get(who) is None
    stores.register.commit(change)
    first = Contact(who, NoticeChannel.SMS, b"sealed \x00 1")
    stores.register.commit(after := a_change(change.after, LedgerEvent.CONTACT_CHANGED, contact=first))
    assert stores.contacts.get(who) == first
    second = Contact(who, NoticeChannel.PUSH, b"sealed 2")
    with pytest.raises(VersionConflict):
        stores.register.commit(a_change(change.after, LedgerEvent.CONTACT_CHANGED, contact=second))
    assert stores.contacts.get(who) == first
    stores.register.commit(a_change(after.after, LedgerEvent.CONTACT_CHANGED, contact=second))
    assert stores.contacts.get(who) == second


def test_a_contact_is_forgotten_with_its_change(stores: Stores) -> None:
    change = registration()
    contact = Contact(change.after.beneficiary_id, NoticeChannel.SMS, b"sealed")
    stores.register.commit(change)
    stores.register.commit(told := a_change(change.after, LedgerEvent.CONTACT_CHANGED, contact=contact))
    stores.register.commit(a_change(told.after, LedgerEvent.TERMINATED, forgets_contact=True))
    assert stores.contacts.get(contact.beneficiary_id) is None


def test_a_notice_on_its_way_is_found_by_the_channels_id(stores: Stores) -> None:
    change = registration()
    sent = SentNotice(an_id(), change.after.beneficiary_id, NoticeChannel.SMS, VALID_UNTIL, NOW)
    assert stores.sent_notices.get(sent.message_id) is None
    stores.register.commit(change)
    stores.register.commit(change := a_change(change.after, LedgerEvent.NOTICE_SENT, sent_notice=sent))
    assert stores.sent_notices.get(sent.message_id) == sent
    failed = replace(sent, kind=NoticeKind.CERTIFY_AGAIN, failed=True)
    stores.register.commit(a_change(change.after, LedgerEvent.NOTICE_FAILED, sent_notice=failed))
    assert stores.sent_notices.get(sent.message_id) == failed


def test_a_notice_is_forgotten_when_no_receipt_can_come(moto_tables: DynamoTables) -> None:
    stores = moto_tables.stores()
    change = registration()
    sent = SentNotice(an_id(), change.after.beneficiary_id, NoticeChannel.SMS, VALID_UNTIL, NOW)
    stores.register.commit(change)
    stores.register.commit(a_change(change.after, LedgerEvent.NOTICE_SENT, sent_notice=sent))
    item = moto_tables.item("Notices", message_id=sent.message_id)
    assert item["expires_at"] == int((NOW + timedelta(days=60)).timestamp())


def test_an_address_opens_for_its_person_alone(moto_session: boto3.Session) -> None:
    client = moto_session.client("kms")
    seal = KmsAddresses(client, client.create_key()["KeyMetadata"]["KeyId"])
    sealed = seal.seal("person-1", NUMBER)
    assert NUMBER.encode() not in sealed
    assert seal.open("person-1", sealed) == NUMBER
    with pytest.raises(ClientError, match="InvalidCiphertext"):
        seal.open("person-2", sealed)


def test_a_text_message_and_a_push_are_handed_over(moto_session: boto3.Session) -> None:
    client = moto_session.client("sns")
    sender = SnsSender(client)
    assert sender.send(NoticeChannel.SMS, NUMBER, "words")
    application = client.create_platform_application(Name="app", Platform="GCM", Attributes={})
    endpoint = client.create_platform_endpoint(PlatformApplicationArn=application["PlatformApplicationArn"], Token="t")
    assert sender.send(NoticeChannel.PUSH, endpoint["EndpointArn"], "words")


class Refusing:
    def __init__(self, code: str) -> None:
        self.code = code

    def publish(self, **_: Any) -> None:
        raise ClientError({"Error": {"Code": self.code, "Message": f"Invalid parameter: {NUMBER}"}}, "Publish")


@pytest.mark.parametrize(
    ("code", "expected"),
    [("InvalidParameter", NoticeRefused), ("EndpointDisabled", NoticeRefused), ("Throttling", StoreUnavailable)],
)
def test_what_a_channel_says_no_to_is_told_without_the_number(code: str, expected: type[Exception]) -> None:
    with pytest.raises(expected) as refused:
        SnsSender(Refusing(code)).send(NoticeChannel.SMS, NUMBER, "words")
    assert NUMBER not in str(refused.value)
