"""docs/glossary.md gives every code that an office meets, with its Chinese."""

import re
from enum import StrEnum
from pathlib import Path

import pytest

from lifecert.domain.actor import Group
from lifecert.domain.category import Category
from lifecert.domain.certificate import CertificateState, Method
from lifecert.domain.hold import HoldChoice
from lifecert.domain.mandate import MandateKind
from lifecert.domain.office_notice import NoticeResult, NoticeWay
from lifecert.domain.policy import Outcome
from lifecert.domain.proof_channel import ProofChannel
from lifecert.domain.review import ReviewKind, ReviewOutcome
from lifecert.domain.status import EndCause, Status
from lifecert.domain.telling import Telling

TEXT = (Path(__file__).resolve().parents[2] / "docs/glossary.md").read_text(encoding="utf-8")
CODES = TEXT.split("## Codes", 1)[1]
EXPLAINED = dict(re.findall(r"`(\w+)` ([\u4e00-\u9fff]+)", CODES))
MET: tuple[type[StrEnum], ...] = (
    Status, Category, Method, CertificateState, Outcome, ReviewKind, ReviewOutcome, EndCause, HoldChoice, Group,
    NoticeWay, NoticeResult, Telling, MandateKind, ProofChannel,
)  # fmt: skip


@pytest.mark.parametrize("kind", MET, ids=lambda kind: kind.__name__)
def test_every_code_is_explained_in_chinese(kind: type[StrEnum]) -> None:
    assert not {code.value for code in kind} - set(EXPLAINED)


def test_nothing_is_explained_that_is_gone() -> None:
    assert set(EXPLAINED) == {code.value for kind in MET for code in kind}
