"""Ways to spoil bytes and JSON for hypothesis: near what is right, where parsers go wrong."""

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=True)
    | st.text(max_size=20)
    | st.sampled_from(["", "\0", "\ud800", "王" * 200, "../..", "{{7*7}}", "' OR 1=1 --", "1e999", "٣"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def spoilt_bytes(draw: st.DrawFn, content: bytes, parts: tuple[bytes, ...] = ()) -> bytes:
    """The bytes with up to four cuts, insertions, repeats or overwritten places; `parts` may be put in whole."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        to = draw(st.integers(at, min(len(content), at + 64)))
        whole = [b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", *parts]
        piece = draw(st.binary(max_size=8) | st.sampled_from(whole))
        content = draw(
            st.sampled_from(
                [
                    content[:at],
                    content[:at] + content[to:],
                    content[:at] + piece + content[at:],
                    content[:at] + piece + content[at + len(piece) :],
                    content[:to] + content[at:],
                ]
            )
        )
    return content


@st.composite
def spoilt_json(draw: st.DrawFn, value: Any) -> Any:
    """The document with one or two of its members replaced, removed, renamed or added."""
    changed = deepcopy(value)
    for _ in range(draw(st.integers(1, 2))):
        changed = draw(_spoilt_once(changed))
    return changed


@st.composite
def _spoilt_once(draw: st.DrawFn, value: Any) -> Any:
    if not isinstance(value, dict) or not value or draw(st.integers(0, 9)) == 0:
        return draw(JSON)
    name = draw(st.sampled_from(sorted(value)))
    how = draw(st.sampled_from(["deeper", "deeper", "replace", "remove", "rename", "add"]))
    changed = dict(value)
    if how == "deeper":
        changed[name] = draw(_spoilt_once(value[name]))
    elif how == "replace":
        changed[name] = draw(JSON)
    elif how == "add":
        changed[draw(st.text(max_size=8))] = draw(JSON)
    else:
        kept = changed.pop(name)
        if how == "rename":
            changed[draw(st.text(max_size=8))] = kept
    return changed
