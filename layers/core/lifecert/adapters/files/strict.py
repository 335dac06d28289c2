"""JSON files that are read whole or refused: an unknown, missing, repeated or wrongly typed member is named."""

import json
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

_File = TypeVar("_File", bound=BaseModel)


class ConfigError(ValueError):
    """A configuration file is wrong. The message names the file, and each field with what is wrong with it."""


class Strict(BaseModel):
    """Nothing is converted, nothing unknown is passed over."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    def _ordered(self, low: str, high: str) -> None:
        if getattr(self, low) > getattr(self, high):
            raise ValueError(f"{low} ({getattr(self, low)}) must not be above {high} ({getattr(self, high)})")


def load_strict(path: Path, model: type[_File]) -> _File:
    """The file as `model`. Raises ConfigError."""
    try:
        text = path.read_text(encoding="utf-8")
        json.loads(text, object_pairs_hook=partial(_refuse_repeated, path))
        return model.model_validate_json(text)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'file'}: {fault['msg']}" for fault in error.errors())
        raise ConfigError(f"{path.name}: {faults}") from error
    except json.JSONDecodeError as error:
        raise ConfigError(f"{path.name}: line {error.lineno}: {error.msg}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path.name}: not UTF-8 text") from error
    except OSError as error:
        raise ConfigError(f"{path.name}: {error.strerror}") from error
    except ConfigError:
        raise
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, thousands of brackets
        raise ConfigError(f"{path.name}: more than a reader of JSON can take") from error


def _refuse_repeated(path: Path, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # JSON takes the last one without a word.
    for key, count in Counter(key for key, _ in pairs).items():
        if count > 1:
            raise ConfigError(f"{path.name}: {key}: given {count} times")
    return dict(pairs)
