"""The version in the text of a `pyproject.toml`; everything around it stays as it is written."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Final, cast

from pieces_engine.workspace.pyproject import ProjectFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pieces_framework.versions import Version

_QUOTES: Final = r"\"\"\"|'''|\"|'"
_VALUE: Final = r"(?<![\w-])version[\"']?[ \t]*=[ \t]*(?P<quote>{quotes})(?P<old>{old})(?P=quote)"


def with_version(text: str, path: Path, old: str, new: Version) -> str:
    """Return the text of a `pyproject.toml` in which `project.version` is another.

    Every place that may be it is tried; the right one changes nothing else in the document.

    Args:
        text: of the file; a byte order mark and any line endings stay.
        path: the file, for messages.
        old: the version that it has.
        new: the version that it shall have.

    Raises:
        ProjectFileError: if it is not written there in a plain way.
    """
    wanted = _read(text)
    cast("dict[str, object]", wanted["project"])["version"] = str(new)  # `old` was read there
    for changed in _candidates(text, old, new):
        try:
            if _read(changed) == wanted:
                return changed
        except ValueError:
            continue
    raise ProjectFileError(
        f'`{path}` has no plain line `version = "{old}"` under [project]',
        hint=f"write the version {new} by hand",
    )


def _candidates(text: str, old: str, new: Version) -> Iterator[str]:
    pattern = _VALUE.format(quotes=_QUOTES, old=re.escape(old))
    for found in re.finditer(pattern, text):
        start, end = found.span("old")
        yield f"{text[:start]}{new}{text[end:]}"


def _read(text: str) -> dict[str, object]:
    # Whatever the file holds: it is compared, not looked at.
    return cast("dict[str, object]", tomllib.loads(text.removeprefix("\ufeff")))
