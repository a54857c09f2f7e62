"""What changed in a piece, in words for the changelog that its users read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from pieces_framework.versions import Severity
from pieces_framework.wire import key_path, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pieces_cli.version_step import VersionStep
    from pieces_framework import JsonValue
    from pieces_framework.versions import Change

_MARKUP: Final = re.compile(r"([\\`*_\[\]<>|])")
_ESCAPED: Final = re.compile(r"\\([\\`*_\[\]<>|])")
_KINDS: Final = {"actions": "action", "triggers": "trigger"}
_PARTS: Final = {
    "action-added": "Added",
    "trigger-added": "Added",
    "action-removed": "Breaking: removed",
    "trigger-removed": "Breaking: removed",
}
CODE_ONLY: Final = "Changes inside the piece."


def release_notes(step: VersionStep) -> list[str]:
    """Return a line for each change that users meet, the worst first, as Markdown.

    Of one part all fixes are one line.
    """
    subjects = _Subjects(step)
    notes = [_note(change, subjects) for change in step.comparison.changes]
    return list(dict.fromkeys(notes)) or [CODE_ONLY]


def without_escapes(entry: str) -> str:
    """Return Markdown for a reader at a terminal, who sees no backslash."""
    return _ESCAPED.sub(r"\1", entry)


class _Subjects:
    """The names that users see, of what changes are in."""

    def __init__(self, step: VersionStep) -> None:
        self._names: Final = dict(_names(step.old.metadata) | _names(step.new.metadata))

    def of(self, path: str) -> tuple[str, str]:
        """Return the part at the beginning of a path in words, and what follows.

        Without a part it is the piece, and the whole path.
        """
        for place, said in self._names.items():
            rest = path.removeprefix(place)
            if path.startswith(place) and (not rest or rest[0] in ".["):
                return said, rest.lstrip(".")
        return "the piece", path


def _names(metadata: Mapping[str, JsonValue]) -> dict[str, str]:
    found: dict[str, str] = {}
    for group, kind in _KINDS.items():
        for name, declared in _fields(metadata.get(group)).items():
            shown = _fields(declared).get("displayName")
            title = shown if isinstance(shown, str) and shown.strip() else name
            found[key_path(group, name)] = f"the {kind} *{_plain(title)}*"
    return found


def _note(change: Change, subjects: _Subjects) -> str:
    subject, rest = subjects.of(change.path)
    if change.rule in _PARTS:
        return f"{_PARTS[change.rule]} {subject}."
    if change.severity is Severity.FIX:
        return f"Improved {subject}."
    prefix = "Breaking: " if change.severity is Severity.BREAKING else ""
    place = rest.removeprefix("props.").replace("`", "")
    where = f", `{place}`" if place else ""
    said = f"{prefix}{subject}{where}: {_message(change.message)}."
    return said[0].upper() + said[1:]


def _message(message: str) -> str:
    """Return a message with the words of the wire form as they are, and nothing else as markup."""
    return "".join(_segments(printable(message)))


def _segments(message: str) -> Iterator[str]:
    for place, segment in enumerate(message.split("`")):
        yield f"`{segment}`" if place % 2 else _plain(segment)


def _plain(text: str) -> str:
    return _MARKUP.sub(r"\\\1", printable(" ".join(text.split())) if "\n" in text else text)


def _fields(value: JsonValue) -> Mapping[str, JsonValue]:
    return value if isinstance(value, Mapping) else {}
