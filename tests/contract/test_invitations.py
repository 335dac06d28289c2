"""Invitations: written with their change, found by their code, and their secrets and seals by KMS."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.exceptions import ClientError

from lifecert.adapters.kms.invitation_keys import KmsInvitationKeys
from lifecert.adapters.kms.person_keys import KmsPersonKeys
from lifecert.adapters.kms.sealing import KmsHelperNames
from lifecert.domain.errors import VersionConflict
from lifecert.domain.invitation import Invitation
from lifecert.domain.ledger import LedgerEvent
from ops.rotate_person_secret import INVITATIONS, PersonRotation
from tests.support.builders import NOW, a_change, an_id, an_invitation, registration
from tests.support.engines import DynamoTables, Stores, left_at_default


def issued(stores: Stores, **fields: object) -> Invitation:
    change = registration(person_key=an_id())
    stores.register.commit(change)
    invitation = an_invitation(change.after.beneficiary_id, digits_key=an_id(), text_key=an_id(), **fields)
    stores.register.commit(a_change(change.after, LedgerEvent.INVITATION_ISSUED, invitation=invitation))
    return invitation


def test_it_is_written_with_its_change_or_not_at_all(stores: Stores) -> None:
    invitation = issued(stores, guardian=True)
    who = invitation.beneficiary_id
    assert stores.invitations.get(who) == stores.invitations.find([invitation.digits_key]) == invitation
    assert stores.invitations.find([an_id()]) is None
    assert stores.invitations.get(an_id()) is None
    person = stores.register.get(who)
    assert person
    late = replace(person, version=person.version - 1)
    other = replace(invitation, invitation_id=an_id(), digits_key=an_id())
    with pytest.raises(VersionConflict):
        stores.register.commit(a_change(late, LedgerEvent.INVITATION_ISSUED, invitation=other))
    assert stores.invitations.get(who) == invitation
    stores.register.commit(a_change(person, LedgerEvent.INVITATION_ISSUED, invitation=other))
    assert stores.invitations.find([other.digits_key]) == other
    assert stores.invitations.find([invitation.digits_key]) is None, "the one before it is of no more use"


def test_a_withdrawn_one_is_there_and_is_found_by_no_code(stores: Stores) -> None:
    invitation = issued(stores)
    person = stores.register.get(invitation.beneficiary_id)
    assert person
    withdrawn = invitation.withdrawn(NOW)
    stores.register.commit(a_change(person, LedgerEvent.INVITATION_WITHDRAWN, invitation=withdrawn))
    assert stores.invitations.get(invitation.beneficiary_id) == withdrawn
    assert stores.invitations.find([invitation.digits_key]) is None
    assert not left_at_default(withdrawn)


def test_it_is_looked_for_under_several_secrets_at_once(stores: Stores) -> None:
    invitation = issued(stores)
    assert stores.invitations.find([an_id(), invitation.digits_key]) == invitation
    assert stores.invitations.find([an_id(), an_id()]) is None


def test_of_two_with_the_same_digits_nobody_can_say_whose(stores: Stores) -> None:
    first = issued(stores)
    person = registration(person_key=an_id())
    stores.register.commit(person)
    twin = an_invitation(person.after.beneficiary_id, digits_key=first.digits_key)
    stores.register.commit(a_change(person.after, LedgerEvent.INVITATION_ISSUED, invitation=twin))
    assert stores.invitations.find([first.digits_key]) is None


def test_it_is_forgotten_some_time_after_its_end(moto_tables: DynamoTables) -> None:
    invitation = issued(moto_tables.stores())
    item = moto_tables.item("Invitations", beneficiary_id=invitation.beneficiary_id)
    end = datetime.combine(invitation.expires_on, datetime.min.time(), UTC)
    assert item["expires_at"] == int((end + timedelta(days=30)).timestamp())


def keys_of(session: boto3.Session, *secrets: str, moving: bool = False) -> KmsInvitationKeys:
    client = session.client("kms")
    known = [key["KeyId"] for key in client.list_keys()["Keys"]]
    if not known:
        made = client.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
        known = [made["KeyMetadata"]["KeyId"]]
    return KmsInvitationKeys(client, known[0], secrets or ("1",), moving)


def test_hashes_are_of_their_form_their_purpose_and_their_key(moto_session: boto3.Session) -> None:
    keys, same = keys_of(moto_session), "1" * 20
    hashes = [one(same) for one in (keys.digits_key, keys.text_key, keys.session_secret)]
    hashes += [keys.digits_key("2" * 20), KmsPersonKeys(keys.client, keys.key_id).person_key(same)]
    assert len(set(hashes)) == len(hashes)
    assert all(len(one) == 64 and int(one, 16) for one in hashes)
    assert keys.digits_key("1" * 20) == hashes[0]


def test_a_new_secret_moves_what_is_stored_without_the_codes(
    moto_session: boto3.Session, moto_tables: DynamoTables
) -> None:
    stores, digits, text = moto_tables.stores(), "1" * 20, "0" * 21
    old = keys_of(moto_session)
    invitation = issued(stores)
    person = stores.register.get(invitation.beneficiary_id)
    assert person
    hashed = replace(invitation, digits_key=old.digits_key(digits), text_key=old.text_key(text))
    stores.register.commit(a_change(person, LedgerEvent.INVITATION_ISSUED, invitation=hashed))
    gone = issued(stores)
    other = stores.register.get(gone.beneficiary_id)
    assert other
    stores.register.commit(a_change(other, LedgerEvent.INVITATION_WITHDRAWN, invitation=gone.withdrawn(NOW)))
    moving = keys_of(moto_session, "1", "2", moving=True)

    def found(keys: KmsInvitationKeys) -> Invitation | None:
        return stores.invitations.find([keys.digits_key(digits, secret) for secret in keys.looked_up])

    assert found(moving) == hashed
    rotation = PersonRotation(moto_tables.client, moto_tables.name("Invitations"), moving, hashes=INVITATIONS)
    assert rotation() == {"brought up": 1, "left alone": 1}
    assert rotation() == {"left alone": 2}
    after = found(keys_of(moto_session, "1", "2"))
    assert after == found(moving)
    assert after
    assert (after.secret, after.text_key) == ("2", moving.text_key(text))
    assert found(old) is None


def test_a_helpers_name_opens_for_its_session_alone(moto_session: boto3.Session) -> None:
    client = moto_session.client("kms")
    seal = KmsHelperNames(client, client.create_key()["KeyMetadata"]["KeyId"])
    sealed = seal.seal("session-1", "小芳")
    assert "小芳".encode() not in sealed
    assert seal.open("session-1", sealed) == "小芳"
    with pytest.raises(ClientError, match="InvalidCiphertext"):
        seal.open("session-2", sealed)
