"""What a client is told when something is wrong."""

import inspect
from datetime import UTC, datetime

import pytest

from lifecert.domain import errors
from lifecert.domain.challenge import Step
from lifecert.domain.reasons import Reason
from lifecert.domain.review import Ground
from lifecert.domain.status import Status
from lifecert.entry.http import problems
from lifecert.entry.http.list_file import COLUMNS
from lifecert.entry.http.parsing import _TEXTS as FIELD_TEXTS
from lifecert.entry.http.problems import INTERNAL, NOT_FOR_CLIENTS, TABLE, Code, answer_to
from lifecert.entry.http.texts import Language, choose_language, text, texts

ENGLISH, CHINESE = Language.ENGLISH, Language.CHINESE


def subclasses(module: object, base: type[Exception]) -> set[type[Exception]]:
    found = {member for _, member in inspect.getmembers(module, inspect.isclass) if issubclass(member, base)}
    return found - {base}


def test_every_domain_error_has_its_row_or_is_named_as_not_for_clients() -> None:
    known = subclasses(errors, errors.LifeCertError) | subclasses(problems, problems.RequestError)
    assert known == {*TABLE, *NOT_FOR_CLIENTS}
    assert not set(TABLE) & set(NOT_FOR_CLIENTS)


def test_every_code_is_used() -> None:
    assert {problem.code for problem in [*TABLE.values(), INTERNAL]} == set(Code)


@pytest.mark.parametrize("language", Language)
def test_nothing_lacks_a_text_and_no_text_is_left_over(language: Language) -> None:
    expected = {
        "problems": {code.value for code in Code},
        "titles": {str(problem.status.value) for problem in [*TABLE.values(), INTERNAL]},
        "fields": {*FIELD_TEXTS.values(), "invalid"},
        "reasons": {reason.value for reason in Reason},
        "steps": {step.value for step in Step},
        "grounds": {ground.value for ground in Ground},
        "columns": set(COLUMNS),
        "standings": {status.value for status in Status},
        "notes": {"held", "lapsed", "notice", "other_ways", "reported"},
    }
    assert {group: set(members) for group, members in texts(language).items()} == expected
    assert all(words.strip() for members in texts(language).values() for words in members.values())


def test_texts_are_in_their_language() -> None:
    for group in texts(ENGLISH):
        for key in texts(ENGLISH)[group]:
            assert text(ENGLISH, group, key).isascii(), key
            assert not text(CHINESE, group, key).isascii(), key


def test_a_reason_is_one_short_instruction() -> None:
    for reason in Reason:
        assert len(text(ENGLISH, "reasons", reason)) <= 90, reason
        assert len(text(CHINESE, "reasons", reason)) <= 30, reason


def test_a_problem_document_has_its_members_and_nothing_else() -> None:
    answer = answer_to(errors.SessionExpired(), ENGLISH, "r-1")
    assert answer.body == {
        "type": "urn:lifecert:problem:session_expired",
        "title": "Time is up",
        "status": 410,
        "detail": "The time for this attempt is up. Please start again.",
        "code": "session_expired",
        "request_id": "r-1",
    }
    assert answer.headers == {"Content-Language": "en"}


def test_the_pause_says_until_when_and_whom_to_call() -> None:
    pause = errors.CameraPaused(datetime(2026, 3, 1, 1, 20, tzinfo=UTC))
    pause.help_line = "010-12333"
    answer = answer_to(pause, CHINESE, "r-1")
    assert answer.status == 429
    assert answer.headers["Retry-After"] == "Sun, 01 Mar 2026 01:20:00 GMT"
    assert answer.body["paused_until"] == "2026-03-01T01:20:00Z"
    assert answer.body["help_line"] == "010-12333"
    assert "经办机构" in answer.body["other_ways"]


@pytest.mark.parametrize("error", [RuntimeError("王小明 11010519491231002X"), errors.BrokenLedger("entry 3 of b-1")])
def test_what_nobody_foresaw_is_told_without_its_message(error: Exception) -> None:
    answer = answer_to(error, ENGLISH, "r-1")
    assert (answer.status, answer.code) == (500, Code.INTERNAL_ERROR)
    assert str(error) not in str(answer.body)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, CHINESE),
        ("", CHINESE),
        ("*", CHINESE),
        ("en", ENGLISH),
        ("en-GB,en;q=0.9", ENGLISH),
        ("EN-us", ENGLISH),
        ("zh-TW", CHINESE),
        ("fr, de;q=0.9", CHINESE),
        ("fr, en;q=0.5", ENGLISH),
        ("zh;q=0.4, en;q=0.5", ENGLISH),
        ("zh-CN, en", CHINESE),
        ("en;q=0, zh;q=0.1", CHINESE),
        ("en;q=0", CHINESE),
        ("en;q=abc", CHINESE),
        (" , ;;,", CHINESE),
        ("en; q=0.8 , zh-CN;q = 0.9", CHINESE),
    ],
)
def test_language_follows_the_wishes(header: str | None, language: Language) -> None:
    assert choose_language(header) is language
