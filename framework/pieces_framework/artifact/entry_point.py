"""The entry point by which a piece is found: exactly one, in the group `pieces`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Final

from pieces_framework.names import ENTRY_POINT_GROUP

if TYPE_CHECKING:
    from .rules import Refusals


_DOTTED: Final = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"
_FORM: Final = re.compile(rf"({_DOTTED})\s*:\s*{_DOTTED}")
_LINE: Final = re.compile(r"([^\n]*)\n?")
# What `str.splitlines` takes for a line's end, besides the usual ones.
_OTHER_ENDS: Final = re.compile(r"\r(?!\n)|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_NATIVE: Final = (".so", ".pyd")


def check_entry_point(text: str, files: Collection[str], refuse: Refusals) -> None:
    """Look for the one entry point of a piece.

    Args:
        text: of `entry_points.txt`. What is accepted of it says the same to `importlib.metadata`.
        files: the paths in the wheel.
        refuse: makes the error.

    Raises:
        ArtifactError: if there is none, or several, or its module is not in the wheel.
    """
    values = list(_values(text, refuse))
    if len(values) != 1:
        if values:
            raise refuse("entry-point-several", "it has several entry points in the group `pieces`")
        raise refuse("entry-point-missing", "it has no entry point in the group `pieces`")
    form = _FORM.fullmatch(values[0])
    if form is None:
        what = f"its entry point is {values[0][:80]!r}, which is not `module:object`"
        raise refuse("entry-point-form", what)
    module = form[1].replace(".", "/")
    sources = {f"{module}.py", f"{module}/__init__.py"}
    if sources.isdisjoint(files) and not any(
        path.startswith(f"{module}.") and path.endswith(_NATIVE) for path in files
    ):
        raise refuse("entry-point-module", f"its entry point's module `{form[1]}` is not in it")


def _values(text: str, refuse: Refusals) -> Iterator[str]:
    """Yield the values in the group, and no more than two: so many are too many."""
    broken = refuse("entry-points-syntax", "its entry_points.txt cannot be read")
    if _OTHER_ENDS.search(text):
        raise broken
    group = ""
    found = 0
    for match in _LINE.finditer(text):
        line = match[1].strip()
        if not line or line[0] == "#":
            continue
        if line[0] == ";":  # a comment to some parsers, an entry point to others
            raise broken
        if line[0] == "[":
            group = _group(line)
            if not group:
                raise broken
            continue
        name, equals, value = line.partition("=")
        if not (group and name.strip() and equals):
            raise broken
        if group == ENTRY_POINT_GROUP and found < 2:
            found += 1
            yield value.strip()


def _group(line: str) -> str:
    """Return what `[name]` names; empty if brackets or spaces in it make parsers disagree."""
    name = line[1:-1]
    padded = name != name.strip()
    return "" if line[-1] != "]" or padded or "[" in name or "]" in name else name
