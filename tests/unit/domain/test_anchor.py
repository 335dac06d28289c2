"""Anchors: the tree as RFC 6962 has it, and files that come back as they were."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecert.domain.anchor import (
    PARTS,
    Anchor,
    AnchorPart,
    Head,
    anchor_content,
    anchor_in,
    digest_of,
    head_of,
    heads_in,
    merkle_root,
    part_content,
    part_over,
)
from lifecert.domain.errors import Unreadable
from lifecert.domain.ledger import GENESIS
from tests.support.builders import a_beneficiary, a_change, an_id

# Google's test vectors of Certificate Transparency (RFC 6962): the first n of these lines, and the root over them.
LINES = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
]
ANCHOR = Anchor(
    date(2026, 3, 1),
    GENESIS,
    datetime(2026, 3, 1, 19, tzinfo=UTC),
    (AnchorPart(3, 2, "a" * 64), AnchorPart(9, 1, "b" * 64)),
)


@pytest.mark.parametrize("lines", range(len(ROOTS)))
def test_the_root_is_that_of_rfc_6962(lines: int) -> None:
    assert merkle_root(LINES[:lines]) == ROOTS[lines]


@settings(deadline=None)
@given(st.lists(st.binary(max_size=4), min_size=1, max_size=40), st.data())
def test_no_other_lines_have_that_root(lines: list[bytes], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(lines) - 1))
    root = merkle_root(lines)
    assert merkle_root([*lines[:place], lines[place] + b"!", *lines[place + 1 :]]) != root
    assert merkle_root([*lines[:place], *lines[place + 1 :]]) != root
    assert merkle_root([*lines, lines[-1]]) != root


def test_the_head_of_a_chain_is_its_last_entry() -> None:
    change = a_change(a_beneficiary())
    head = head_of(change.entry)
    assert head == Head(change.after.beneficiary_id, change.after.version, change.after.ledger_head)
    assert 0 <= head.part < PARTS


def test_a_part_comes_back_as_it_was_and_names_nothing_but_ids_numbers_and_hashes() -> None:
    heads = sorted([Head(an_id(), 7, "c" * 64), Head(an_id(), 12, "d" * 64)], key=lambda head: head.beneficiary_id)
    content = part_content(heads)
    assert list(heads_in(content)) == heads
    assert content.splitlines()[0] == f'["{heads[0].beneficiary_id}",{heads[0].seq},"{heads[0].hash}"]'.encode()
    assert part_over(4, content) == AnchorPart(4, 2, merkle_root(content.splitlines()))


def test_an_anchor_comes_back_as_it_was() -> None:
    content = anchor_content(ANCHOR, "the.signed.statement")
    assert anchor_in(content) == (ANCHOR, "the.signed.statement")
    assert (digest_of(None), len(digest_of(content))) == (GENESIS, 64)
    assert ANCHOR.claims() == {
        "day": "2026-03-01",
        "root": ANCHOR.root,
        "heads": 3,
        "previous": GENESIS,
        "iat": int(ANCHOR.at.timestamp()),
    }


def test_whatever_is_changed_in_a_part_changes_the_root() -> None:
    first, second = ANCHOR.parts
    for parts in (
        (replace(first, number=4), second),
        (replace(first, heads=3), second),
        (replace(first, root="e" * 64), second),
        (first,),
        (second, first),
    ):
        assert replace(ANCHOR, parts=parts).root != ANCHOR.root


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{}", b'{"day": "yesterday"}', b"\xff"])
def test_what_is_no_anchor_is_unreadable(content: bytes) -> None:
    with pytest.raises(Unreadable):
        anchor_in(content)


@pytest.mark.parametrize("line", ["", "{}", '["id"]', '["id", "seven", "hash"]', "[1"])
def test_what_is_no_head_is_unreadable(line: str) -> None:
    with pytest.raises(Unreadable):
        list(heads_in(f'["id",1,"hash"]\n{line}\n'.encode()))
