"""Comparing two versions of a piece's metadata, and which number the later one must have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pieces_framework.wire import JsonValue

from .rules import Change, Severity
from .version import Version, VersionError


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
        """Return the lowest version that may follow on `old`.

        Where nothing differs it is a patch too: the code may have changed, and no version is
        published twice.

        Source: product documentation, "Piece Versioning". A break is a major version, below 1.0
        a minor one, as drafts follow patches there; a feature is a minor version.
        """
        if self.severity is Severity.BREAKING and old.major > 0:
            return Version(old.major + 1, 0, 0)
        if self.severity in {Severity.BREAKING, Severity.FEATURE}:
            return Version(old.major, old.minor + 1, 0)
        return Version(old.major, old.minor, old.patch + 1)

    def require(self, old: Version, new: Version) -> None:
        """Do nothing if `new` may follow on `old` with these changes.

        Raises:
            VersionError: if it may not; it names what may, and the first of the worst changes.
        """
        lowest = self.next_version(old)
        if new >= lowest:
            return
        if not self.changes or new <= old:
            raise VersionError(
                f"`{new}` cannot follow on `{old}`", hint=f"the next version is {lowest}"
            )
        worst = self.changes[0]
        raise VersionError(
            f"`{new}` cannot follow on `{old}`: a {worst.severity.name.lower()} change at"
            f" `{worst.path}`, {worst.message}",
            hint=f"name it {lowest} or later" + (f", or {worst.hint}" if worst.hint else ""),
        )

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
    """
    from .piece_changes import piece_changes

    found = sorted(piece_changes(old, new), key=lambda change: change.severity, reverse=True)
    return Comparison(tuple(found))
