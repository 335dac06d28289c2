"""Sealed imprints: opened by their person's secret and version, and noise to anybody else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecert.domain.sealed_imprint import FORM, ImprintSeal, opened, version_of

SECRET, OTHER = b"s" * 32, b"t" * 32
IMPRINT = bytes([1]) + bytes(range(256)) * 4 + bytes(128)
SEAL = ImprintSeal(SECRET, "1")
PINNED = "a101311aa47ddfdc422d2d19b7ac7b2d277ef690cd0f37823b5526"


@settings(deadline=None)
@given(
    st.binary(max_size=1300), st.binary(min_size=32, max_size=32), st.from_regex(r"[0-9A-Za-z_-]{1,40}", fullmatch=True)
)
def test_what_is_closed_is_opened_again(imprint: bytes, secret: bytes, version: str) -> None:
    sealed = ImprintSeal(secret, version).close(imprint)
    assert version_of(sealed) == version
    assert len(sealed) == len(imprint) + 18 + len(version)
    assert opened(sealed, {version: secret}.__getitem__) == imprint


def test_the_form_never_changes_by_itself() -> None:
    """What is stored must be opened by every later version of the code."""
    assert SEAL.close(b"\1imprint").hex() == PINNED


def test_an_imprint_of_before_is_plain() -> None:
    def nobody(_version: str) -> bytes:
        raise AssertionError("no secret is needed")

    assert version_of(IMPRINT) == ""
    assert opened(IMPRINT, nobody) == IMPRINT
    assert opened(b"", nobody) == b""


@pytest.mark.parametrize("place", [0, 1, 2, 3, 18, 19, 600, -1])
def test_a_changed_byte_is_noticed(place: int) -> None:
    sealed = bytearray(SEAL.close(IMPRINT))
    sealed[place] ^= 1
    with pytest.raises(ValueError, match="sealed imprint"):
        SEAL.open(bytes(sealed))


def test_another_secret_or_version_opens_nothing() -> None:
    sealed = SEAL.close(IMPRINT)
    for other in (ImprintSeal(OTHER, "1"), ImprintSeal(SECRET, "2")):
        with pytest.raises(ValueError, match="another secret"):
            other.open(sealed)


@pytest.mark.parametrize("stored", [bytes([FORM]), bytes([FORM, 0]) + bytes(40), bytes([FORM, 30]) + b"1" * 40])
def test_what_is_cut_off_has_no_version(stored: bytes) -> None:
    with pytest.raises(ValueError, match="cut off"):
        version_of(stored)


def test_one_known_imprint_opens_no_other_one() -> None:
    """The key stream of a known pair, which is plain and sealed combined, is none of another's."""
    known, hidden = IMPRINT, bytes([1]) + IMPRINT[:0:-1]
    sealed_known, sealed_hidden = SEAL.close(known), SEAL.close(hidden)
    stream = bytes(a ^ b for a, b in zip(sealed_known[19:], known, strict=True))
    guess = bytes(a ^ b for a, b in zip(sealed_hidden[19:], stream, strict=True))
    alike = sum(a == b for a, b in zip(guess, hidden, strict=True))
    assert alike < 0.02 * len(hidden), "one byte in 256 agrees by chance"


def test_nothing_of_an_even_picture_is_seen() -> None:
    body = SEAL.close(bytes(4000))[19:]
    counts = [body.count(value) for value in range(256)]
    assert max(counts) < 40
    assert min(counts) > 2
