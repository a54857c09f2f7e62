"""The headers of `METADATA` and `WHEEL`, of which only those asked for are kept.

Installers read them by `email.parser`, which takes a lone carriage return for a line's end: a
header could hide behind one. Here such a file is refused. Only spaces and tabs around a value are
no part of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .rules import Refusals

_LINE: Final = re.compile(r"([^\n]*)\n?")
_HEADER: Final = re.compile(r"([!-9;-~]+):[ \t]*(.*)", re.DOTALL)
_CONTROLS: Final = re.compile(r"[\0-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")


def read_headers(
    text: str, wanted: Collection[str], name: str, refuse: Refusals
) -> dict[str, list[str]]:
    """Return the values of the `wanted` headers, which are lower-case, in their order.

    The text ends at an empty line; a description may follow there.

    Args:
        text: of the file.
        wanted: which headers; for each of them there is a list, maybe empty.
        name: how messages call the file.
        refuse: makes the error.

    Raises:
        ArtifactError: if a line is no header.
    """
    found: dict[str, list[str]] = {header: [] for header in wanted}
    may_go_on = False
    for match in _LINE.finditer(text):
        line = match[1].removesuffix("\r")
        if not line:
            break
        if _CONTROLS.search(line):
            raise refuse("header-syntax", f"its {name} has a control character in {line[:80]!r}")
        if line[0] in " \t" and may_go_on:
            continue
        header = _HEADER.fullmatch(line)
        if header is None:
            raise refuse("header-syntax", f"its {name} has a line that is no header: {line[:80]!r}")
        key = header[1].lower()
        may_go_on = key not in found  # nobody folds those that matter here
        if not may_go_on:
            found[key].append(header[2].strip(" \t"))
    return found


def only_header(headers: dict[str, list[str]], header: str, name: str, refuse: Refusals) -> str:
    """Return the value of a header that may stand once; empty if it is absent.

    Raises:
        ArtifactError: if it stands more than once.
    """
    values = headers[header.lower()]
    if len(values) > 1:
        raise refuse("header-repeated", f"its {name} has {len(values)} headers `{header}`")
    return values[0] if values else ""
