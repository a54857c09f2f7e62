"""Comparing two versions of a piece's metadata, and which number the later one must have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pieces_framework.wire import JsonValue, kind_of

from .reading import fields, items
from .rules import Change, Severity
from .version import Version, VersionError

_MAX_DEPTH: Final = 128
"""Levels of objects and lists: wheels hold fewer, and Python's own limit is not far above."""


@dataclass(frozen=True)
class Comparison:
    """What differs between two documents."""

    changes: tuple[Change, ...]
    """The worst first; those of one severity in the order of the documents."""

    @property
    def severity(self) -> Severity | None:
        """The worst there is; `None` where the documents are equal."""
        return max((change.severity for change in self.changes), default=None)

    def next_version(self, old: Version) -> Version:
        """Return the lowest version that may follow `old`.

        Where nothing differs it is a patch too: the code may have changed, and no version is
        published twice.

        Source: product documentation, "Piece Versioning". A break is a major version, below 1.0
        a minor one, as drafts follow patches there; a feature is a minor version.
        """
        return _lowest(old, self.severity)

    def require(self, old: Version, new: Version) -> None:
        """Do nothing if `new` may follow `old` with these changes.

        Raises:
            VersionError: if it may not; it names the lowest that may, the worst change, and how
                many more there are for which `new` is too low.
        """
        lowest = self.next_version(old)
        if new >= lowest:
            return
        refused = f"`{new}` cannot follow `{old}`"
        if new <= old:
            raise VersionError(refused, hint=f"the next version is {lowest}")
        worst, *others = [each for each in self.changes if new < _lowest(old, each.severity)]
        reason = f"a {worst.severity.name.lower()} change at `{worst.path}`, {worst.message}"
        way_out = f", or {worst.hint}" if worst.hint else ""
        if others:
            reason += f"; and {len(others)} more"
            way_out = f", or undo all {len(others) + 1}"
        raise VersionError(f"{refused}: {reason}", hint=f"name it {lowest} or later{way_out}")

    def text(self) -> str:
        """Return the report for a reader: a line for each change, the worst first."""
        from .report import text_report

        return text_report(self)

    def document(self) -> dict[str, JsonValue]:
        """Return the report for a program: `severity`, `changes` and `undeclared`."""
        from .report import document_report

        return document_report(self)


def compare(old: Mapping[str, JsonValue], new: Mapping[str, JsonValue]) -> Comparison:
    """Compare two metadata documents of one piece, of any generation and whatever they hold.

    There is no change where they are one JSON value, and at least one where they are not.

    Raises:
        TypeError: if one of them is no mapping.
        VersionError: if one of them nests deeper than 128 levels, itself being the first.
    """
    from .piece_changes import piece_changes

    for name, document in {"old": old, "new": new}.items():
        _require_mapping(name, document)
        _require_depth(name, document)
    found = sorted(piece_changes(old, new), key=lambda change: change.severity, reverse=True)
    return Comparison(tuple(found))


def _lowest(old: Version, severity: Severity | None) -> Version:
    """Return the lowest version after `old` for changes of which that is the worst."""
    if severity is Severity.BREAKING and old.major > 0:
        return Version(old.major + 1, 0, 0)
    if severity in {Severity.BREAKING, Severity.FEATURE}:
        return Version(old.major, old.minor + 1, 0)
    return Version(old.major, old.minor, old.patch + 1)


def _require_depth(name: str, document: JsonValue) -> None:
    level: list[JsonValue] = [document]
    for _ in range(_MAX_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (*fields(outer).values(), *items(outer))
            if kind_of(inner) in {"object", "array"}
        ]
        if not level:
            return
    raise VersionError(
        f"`{name}` nests deeper than {_MAX_DEPTH} levels", hint="nest sample data less deeply"
    )


def _require_mapping(name: str, document: object) -> None:
    if not isinstance(document, Mapping):
        raise TypeError(f"`{name}` is `{type(document).__name__}`, not a piece's metadata")
