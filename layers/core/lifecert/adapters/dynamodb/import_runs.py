"""Imports of registers in DynamoDB: one item for each import, part and person, so that no item grows with the file.

The items of an import share its `import_id`; `item` tells them apart: `run`, `laid_out#<phase>`, `open#<phase>#<part>`
until the part is done and `done#<phase>#<part>` from then on (moved in one transaction, and so once). People's claims
stand in 256 partitions of their own. `all` lists the imports by their moment, and `digest#...` says which was the first
of a file.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any, ClassVar

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.run_items import ATTEMPTS, DONE, OPEN, RUN, RunItems
from lifecert.adapters.dynamodb.values import epoch, moment, plain, typed
from lifecert.domain.errors import StoreUnavailable
from lifecert.domain.intake import (
    Encoding,
    FileFault,
    FileFormat,
    Header,
    ImportKind,
    ImportState,
    ImportTally,
    Part,
    PartSurvey,
    Phase,
    RegisterImport,
)
from lifecert.domain.letter import LetterOrder
from lifecert.domain.scope import Scope
from lifecert.domain.work_list import WorkList

LAID_OUT, ALL = "laid_out#", "all"
KEPT = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class DynamoImportRuns(RunItems):
    """The import_runs table."""

    partition: ClassVar[str] = "import_id"

    def begin(self, one: RegisterImport) -> bool:
        """Store a new import, and list it; False when there is one of this id."""
        expires = epoch(one.prepared_at + KEPT)
        listed = {"of": one.import_id, "expires_at": expires}
        return self._together(
            [
                {"Put": self._new(self._put(one.import_id, RUN, {**_stored(one), "expires_at": expires}))},
                {"Put": self._put(ALL, f"{moment(one.prepared_at)}#{one.import_id}", listed)},
            ]
        )

    def get(self, import_id: str) -> RegisterImport | None:
        """An import, as it is now."""
        item = self._item(import_id, RUN)
        return _import_of(item) if item else None

    def listed(self, limit: int) -> Sequence[RegisterImport]:
        """The newest, newest first."""
        with translated():
            answer = self.client.query(
                TableName=self.table,
                KeyConditionExpression="import_id = :all",
                ExpressionAttributeValues=typed({":all": ALL}),
                ScanIndexForward=False,
                Limit=limit,
            )
        found = (self.get(plain(item)["of"]) for item in answer["Items"])
        return [one for one in found if one]

    def move(self, import_id: str, before: ImportState, after: ImportState, **facts: Any) -> bool:
        """Change an import's state, and facts with it; False when its state is another than `before`."""
        stored = {name: _plain(value) for name, value in facts.items() if value is not None}
        return self._move(import_id, before, after, stored)

    def lay_out(self, import_id: str, phase: Phase, parts: Iterable[Part]) -> None:
        """Open the parts of a phase, and then say so: nobody takes a part before."""
        for part in parts:
            self._write(
                import_id, _part_item(OPEN, phase, part.number), {**asdict(part), "digest": part.digest or None}
            )
        self._write(import_id, f"{LAID_OUT}{phase}", {})

    def is_laid_out(self, import_id: str, phase: Phase) -> bool:
        """Whether a phase's parts were all opened."""
        return bool(self._item(import_id, f"{LAID_OUT}{phase}"))

    def open_parts(self, import_id: str, phase: Phase) -> Iterator[int]:
        """Numbers of the parts that are not done yet."""
        return (int(item["number"]) for item in self._items(import_id, f"{OPEN}{phase}#"))

    def open_part(self, import_id: str, phase: Phase, number: int) -> Part | None:
        """A part that is not done yet."""
        item = self._item(import_id, _part_item(OPEN, phase, number))
        return _part_of(item) if item else None

    def finish(self, import_id: str, phase: Phase, part: Part, outcome: PartSurvey | ImportTally) -> None:
        """A part is done; one that is done stays as it is."""
        done = self._put(import_id, _part_item(DONE, phase, part.number), {"outcome": _plain(outcome)})
        self._done(import_id, _part_item(OPEN, phase, part.number), done)

    def any_open(self, import_id: str, phase: Phase) -> bool:
        """Whether any part of a phase is not done yet."""
        return self._any(import_id, f"{OPEN}{phase}#")

    def surveys(self, import_id: str) -> Sequence[PartSurvey]:
        """What the survey told of each part, in order."""
        return [_survey_of(item["outcome"]) for item in self._items(import_id, f"{DONE}{Phase.SURVEY}#")]

    def tallies(self, import_id: str, phase: Phase) -> Iterator[ImportTally]:
        """What came of each part."""
        return (_tally_of(item["outcome"]) for item in self._items(import_id, f"{DONE}{phase}#"))

    def claim(self, import_id: str, person_key: str, line: int, until: datetime) -> bool:
        """Note where a person's lines begin; False when they were noted at another line."""
        return self._held(
            self.client.put_item,
            **self._put(*_claim_key(import_id, person_key), {"line": line, "expires_at": epoch(until)}),
            ConditionExpression="attribute_not_exists(import_id) OR #line = :line",
            ExpressionAttributeNames={"#line": "line"},
            ExpressionAttributeValues=typed({":line": line}),
        )

    def claims(self, import_id: str, person_keys: Sequence[str]) -> Mapping[str, int]:
        """Where the lines of these people begin. Raises StoreUnavailable rather than tell half of them."""
        keys = [self._key(*_claim_key(import_id, one)) for one in dict.fromkeys(person_keys)]
        left: Any = {self.table: {"Keys": keys, "ConsistentRead": True}} if keys else {}
        found: dict[str, int] = {}
        for _ in range(ATTEMPTS):
            if not left:
                break
            with translated():
                answer = self.client.batch_get_item(RequestItems=left)
            for item in map(plain, answer["Responses"].get(self.table, [])):
                found[item["item"].removeprefix("person#")] = int(item["line"])
            left = answer.get("UnprocessedKeys")
        if left:
            raise StoreUnavailable("keys left unread")
        return found

    def first_of(self, digest: str, import_id: str) -> str:
        """The import that was the first of a file of this digest."""
        place = f"digest#{digest}"
        self._held(self.client.put_item, **self._new(self._put(place, "first", {"of": import_id})))
        return str(self._item(place, "first")["of"])

    def _write(self, import_id: str, item: str, content: Mapping[str, Any]) -> None:
        with translated():
            self.client.put_item(**self._put(import_id, item, content))

    def _put(self, import_id: str, item: str, content: Mapping[str, Any]) -> Any:
        # By the clock of the machine: nothing is decided by it.
        whole = {"import_id": import_id, "item": item, "expires_at": epoch(datetime.now(UTC) + KEPT), **content}
        return {"TableName": self.table, "Item": typed(whole)}


def _part_item(kind: str, phase: Phase, number: int) -> str:
    return f"{kind}{phase}#{number:07}"


def _claim_key(import_id: str, person_key: str) -> tuple[str, str]:
    return f"{import_id}#{person_key[:2]}", f"person#{person_key}"


def _plain(value: Any) -> Any:
    """A value as it is stored."""
    if isinstance(value, PartSurvey | ImportTally):
        return {name: _plain(one) for name, one in asdict(value).items() if one is not None}
    if isinstance(value, LetterOrder):
        return {"wanted": str(value.wanted), "district": value.district, "new_codes": value.new_codes}
    if isinstance(value, Scope):
        return None if value.prefixes is None else list(value.prefixes)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items() if one is not None}
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Enum) else value


def _stored(one: RegisterImport) -> dict[str, Any]:
    # A text that says nothing is left out: not every DynamoDB takes one.
    told = {each.name: _plain(getattr(one, each.name)) for each in fields(one) if each.name != "import_id"}
    return {name: value for name, value in told.items() if value != ""}


def _import_of(item: Mapping[str, Any]) -> RegisterImport:
    names = [each.name for each in fields(RegisterImport)]
    return RegisterImport(**{name: _READ.get(name, str)(item[name]) for name in names if name in item})


def _tally_of(stored: Mapping[str, Any]) -> ImportTally:
    return ImportTally(**{name: _counts(value) for name, value in stored.items()})


def _counts(value: Any) -> Any:
    return {name: int(number) for name, number in value.items()} if isinstance(value, Mapping) else int(value)


def _part_of(item: Mapping[str, Any]) -> Part:
    number, start, size, first_line = (int(item[name]) for name in ("number", "start", "size", "first_line"))
    return Part(number, start, size, first_line, item.get("digest", ""))


def _survey_of(stored: Mapping[str, Any]) -> PartSurvey:
    header = stored.get("header")
    return PartSurvey(
        digest=stored["digest"],
        lines=int(stored["lines"]),
        wide=int(stored["wide"]),
        not_utf_8=int(stored["not_utf_8"]),
        not_gb18030=int(stored["not_gb18030"]),
        has_zeros=stored["has_zeros"],
        header=_header_of(header) if header else None,
    )


def _header_of(stored: Mapping[str, Any]) -> Header:
    columns = stored.get("columns")
    return Header(FileFormat(stored["format"]), None if columns is None else tuple(columns))


# What the fields of an import are that are not text or numbers.
_READ: Mapping[str, Any] = {
    "prepared_at": datetime.fromisoformat,
    "checked_at": datetime.fromisoformat,
    "ended_at": datetime.fromisoformat,
    "first_day": date.fromisoformat,
    "kind": ImportKind,
    "state": ImportState,
    "encoding": Encoding,
    "written": Encoding,
    "format": FileFormat,
    "fault": FileFault,
    "columns": tuple,
    # Of an import from before clerks had districts nothing is stored: it was everywhere's.
    "scope": lambda stored: Scope(tuple(stored)),
    "letters": lambda stored: LetterOrder(WorkList(stored["wanted"]), stored["district"], stored["new_codes"]),
    "checked": _tally_of,
    "registered": _tally_of,
    **dict.fromkeys(("lines_said", "part_bytes", "size", "lines"), int),
}
