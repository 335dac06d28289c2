"""The desk as it is served: what it weighs, and its words, in both languages and in those of the API."""

import gzip
import json
import re
from enum import StrEnum
from pathlib import Path

import pytest
import yaml

from lifecert.domain.actor import Role
from lifecert.domain.amendment import GROUNDS_OF_START, AmendGround
from lifecert.domain.category import Category
from lifecert.domain.certificate import Method
from lifecert.domain.hold import HoldOutcome
from lifecert.domain.intake import YearFrom
from lifecert.domain.intake_faults import Known, RowFault
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.reasons import Reason
from lifecert.domain.review import GROUNDS, PROPOSALS, ReviewKind, ReviewOutcome
from lifecert.entry.http.letter import letter_texts
from lifecert.entry.http.texts import Language
from lifecert.entry.http.web_files import load
from tests.support.templates import ROOT
from tests.unit.domain.test_number_schemes import RIGHT

WEB = ROOT / "web"
DESK = WEB / "desk"
# Compressed, on the way to a clerk's first screen: with issue 20's own limit before charts.
MOST_BYTES = 90_000
MOST_LINES = 350
PARTS = ("words", "cases", "codes", "proofs")
MODULES = sorted(path for path in DESK.glob("*.js") if not path.name.startswith(PARTS))
# Groups of words that are named by a variable.
GROUPS = {"choiceFace", "choiceTrue", "choiceRight", "year", "known", "refused", "waited", "letter"}


def words(language: Language) -> dict[str, str]:
    """All words of the desk in a language."""
    text = "".join((DESK / f"{part}.{language}.js").read_text(encoding="utf-8") for part in PARTS)
    return {
        key.strip('"'): json.loads(f'"{value}"')
        for key, value in re.findall(r'^  ([\w"-]+): "((?:[^"\\]|\\.)*)",$', text, re.MULTILINE)
    }


def code() -> str:
    return "".join(path.read_text(encoding="utf-8") for path in MODULES)


def test_it_is_light() -> None:
    found = load(WEB, "desk")
    bodies = [found.html.encode(), *(asset.body for asset in found.assets.values())]
    assert sum(len(gzip.compress(body)) for body in bodies) <= MOST_BYTES
    assert not any(re.search(rb"^ *//", body, re.MULTILINE) for body in bodies), "comments are for the source"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_fits_a_few_screens(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < MOST_LINES


def test_both_languages_say_the_same_things() -> None:
    chinese, english = (words(language) for language in Language)
    assert len(chinese) > 700
    assert list(chinese) == list(english)
    for key, text in chinese.items():
        assert text
        assert english[key]
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", english[key])), key


def test_every_word_is_used_and_none_is_missing() -> None:
    known, text = set(words(Language.CHINESE)), code()
    literal = set(re.findall(r'"(\w+)"', text)) | {"inThisLanguage"}
    chosen = set(re.findall(r'say\("(\w+)"', text))
    for condition in re.findall(r"say\((?:[^();{}]|\([^()]*\))*\?(?:[^();{}]|\([^()]*\))*\)", text):
        chosen |= set(re.findall(r'[?:] "(\w+)"', condition))
    assert not chosen - known
    groups = GROUPS | set(re.findall(r'(?:word|optionsOf|knows)\("(\w+)"', text))
    groups |= set(re.findall(r"say\(`(\w+?)_\$", text))
    begun = tuple(f"{group}_" for group in groups)
    assert not [key for key in known if key not in literal and not key.startswith(begun)]
    assert not [group for group in groups if not any(key.startswith(f"{group}_") for key in known)]


CODES: dict[str, type[StrEnum]] = {
    "kind": ReviewKind,
    "asked": ReviewKind,
    "event": LedgerEvent,
    "reason": Reason,
    "category": Category,
    "amend": AmendGround,
    "holdOutcome": HoldOutcome,
    "refused": RowFault,
    "known": Known,
    "year": YearFrom,
    "role": Role,
    "method": Method,
}


@pytest.mark.parametrize("group", CODES)
def test_every_code_of_the_api_has_a_word(group: str) -> None:
    assert not {f"{group}_{one.value}" for one in CODES[group]} - set(words(Language.CHINESE))


# What the desk shows of codes that are in the description of the API, by the name of the schema.
SCHEMAS = {
    "outcome": "ReviewOutcome",
    "ground": "Ground",
    "status": "Status",
    "telling": "Telling",
    "way": "NoticeWay",
    "given": "NoticeResult",
    "document": "Document",
    "presence": "PresenceGround",
    "cause": "EndCause",
    "replacement": "Replacement",
    "holdState": "HoldState",
    "holdChoice": "HoldChoice",
    "holdGround": "HoldGround",
    "list": "WorkList",
    "listMeans": "WorkList",
    "importState": "ImportState",
    "importFault": "ImportFault",
    "encoding": "ImportEncoding",
    "format": "ImportFormat",
    "job": "SweepKind",
    "run": "SweepRunState",
    "access": "AccessAction",
    "step": "Step",
    "cannot": "Ability",
    "layer": "CaptureLayer",
    "place": "ListPlace",
    "askedFor": "VideoCheck",
    "attester": "Attester",
    "witness": "Witness",
    "visited": "VisitOutcome",
    "lineResult": "LineResult",
    "mandate": "MandateKind",
    "mandateRight": "MandateRight",
    "mandateGround": "MandateGround",
    "undo": "UndoGround",
    "importKind": "ImportKind",
    "importCount": "ImportKind",
    "effectRelease": "ImportKind",
}


def test_every_value_that_the_description_names_has_a_word() -> None:
    schemas = yaml.safe_load((ROOT / "infra" / "openapi.yaml").read_text(encoding="utf-8"))["components"]["schemas"]
    named = {f"{group}_{value}" for group, schema in SCHEMAS.items() for value in schemas[schema]["enum"]}
    named |= {f"verdict_{value}" for value in schemas["Verdict"]["enum"] if value != "passed"}
    assert not named - set(words(Language.CHINESE))


# Lists of codes that the page offers, by their names in it, and the schema that takes them.
OFFERED = {
    "CLERKS_METHODS": "ClerksMethod",
    "DOCUMENTS": "Document",
    "PRESENCE": "PresenceGround",
    "VISIT_PLACES": "VisitPlace",
    "VIDEO_CHECKS": "VideoCheck",
    "ATTESTERS": "Attester",
    "WITNESSES": "Witness",
    "LIST_PLACES": "ListPlace",
    "VISITED": "VisitOutcome",
    "MANDATE_KINDS": "MandateKind",
    "MANDATE_RIGHTS": "MandateRight",
    "MANDATE_GROUNDS": "MandateGround",
    "UNDO": "UndoGround",
}


def listed(name: str) -> set[str]:
    """A list of codes of the desk's own code."""
    found = re.search(rf"const {name} = \[(.*?)\];", code())
    assert found, name
    return set(re.findall(r'"(\w+)"', found[1]))


@pytest.mark.parametrize("name", OFFERED)
def test_what_is_offered_is_what_the_office_takes(name: str) -> None:
    schemas = yaml.safe_load((ROOT / "infra" / "openapi.yaml").read_text(encoding="utf-8"))["components"]["schemas"]
    assert listed(name) == set(schemas[OFFERED[name]]["enum"])


def test_imports_begin_by_a_file_or_at_a_work_list() -> None:
    schemas = yaml.safe_load((ROOT / "infra" / "openapi.yaml").read_text(encoding="utf-8"))["components"]["schemas"]
    assert listed("IMPORT_KINDS") | {"letters"} == set(schemas["ImportKind"]["enum"])
    assert listed("LETTER_LISTS") == set(schemas["LetterList"]["enum"])


def test_a_birth_date_is_asked_where_the_number_does_not_say_it() -> None:
    assert listed("SAY_BIRTH") == {kind for kind, (_, born, _) in RIGHT.items() if born}


def test_every_decision_says_what_it_will_do() -> None:
    known = set(words(Language.CHINESE))
    proposals = {f"effect_{kind.value}_{answer}" for kind in PROPOSALS for answer in ("confirm", "reject")}
    others = {
        f"effect_{kind.value}_{outcome.value}" for kind in set(ReviewKind) - PROPOSALS for outcome in ReviewOutcome
    }
    assert not (proposals | others) - known


def test_the_grounds_are_those_that_the_office_takes() -> None:
    table = re.search(r"const OF_FACES = \{(.*?)\};", code(), re.DOTALL)
    assert table
    shown = {name: set(re.findall(r'"(\w+)"', row)) for name, row in re.findall(r"(\w+): \[(.*?)\]", table[1])}
    assert shown == {outcome.value: {ground.value for ground in grounds} for outcome, grounds in GROUNDS.items()}
    assert listed("START_GROUNDS") == {ground.value for ground in GROUNDS_OF_START}


@pytest.mark.parametrize("language", Language)
def test_the_letter_says_what_that_of_the_api_says(language: Language) -> None:
    known = words(language)
    assert {name: known[f"letter_{name}"] for name in letter_texts(language)} == dict(letter_texts(language))
