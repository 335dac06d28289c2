"""clients/payer/rebuild.py, which is no package: a payer takes the one file."""

import importlib.util
import sys
from functools import cache
from types import ModuleType

from tests.support.templates import ROOT


@cache
def payer_example() -> ModuleType:
    """The example as a module."""
    spec = importlib.util.spec_from_file_location("payer_example", ROOT / "clients/payer/rebuild.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
