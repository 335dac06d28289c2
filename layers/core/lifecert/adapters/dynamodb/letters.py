"""Letters that batches made, beside the imports as which these are worked: an item by the letter's id, and one with the
person's others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from lifecert.adapters.dynamodb.run_items import RunItems
from lifecert.adapters.dynamodb.values import epoch, moment, typed
from lifecert.domain.letter import LETTER_KEPT, Letter


@dataclass(frozen=True, slots=True)
class DynamoLetters(RunItems):
    """The import_runs table."""

    partition: ClassVar[str] = "import_id"

    def note(self, letter: Letter) -> None:
        """Keep one, for as long as what becomes of it can be told."""
        told = {"of": letter.beneficiary_id, "batch": letter.batch_id, "letter": letter.letter_id}
        told["at"] = moment(letter.made_at)
        places = (
            (f"letter#{letter.letter_id}", "letter"),
            (f"letters#{letter.beneficiary_id}", f"letter#{letter.letter_id}"),
        )
        for run, item in places:
            content = {**told, "import_id": run, "item": item, "expires_at": epoch(letter.made_at + LETTER_KEPT)}
            # What a batch makes anew was made when it was made first.
            self._held(self.client.put_item, **self._new({"TableName": self.table, "Item": typed(content)}))

    def find(self, letter_id: str) -> Letter | None:
        """A letter by its id."""
        item = self._item(f"letter#{letter_id}", "letter")
        return _letter_of(item) if item else None

    def of(self, beneficiary_id: str) -> Sequence[Letter]:
        """A person's letters."""
        return [_letter_of(item) for item in self._items(f"letters#{beneficiary_id}", "letter#")]


def _letter_of(item: dict[str, str]) -> Letter:
    return Letter(item["letter"], item["of"], item["batch"], datetime.fromisoformat(item["at"]))
