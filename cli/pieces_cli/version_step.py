"""From one version of a piece to the next: what changed, and which number that asks for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pieces_framework.versions import Comparison, Version, VersionError, compare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pieces_framework import JsonValue


@dataclass(frozen=True, kw_only=True)
class PieceVersion:
    """A version of a piece as data: the one in its folder, or one that others have."""

    version: Version
    metadata: Mapping[str, JsonValue]
    """Wire metadata, without what an instance adds."""
    source_digest: str
    """Of what its wheel is built from, in hex."""
    origin: str
    """Where it is, as messages say it: an address, a file, a git revision, a folder."""


@dataclass(frozen=True, kw_only=True)
class VersionStep:
    """A version of a piece, and the one before it."""

    old: PieceVersion
    new: PieceVersion

    @property
    def is_same(self) -> bool:
        """Whether both are one version with the same content."""
        same_content = self.old.source_digest == self.new.source_digest
        return same_content and self.old.version == self.new.version

    @cached_property
    def comparison(self) -> Comparison:
        """What differs in what they declare."""
        return compare(self.old.metadata, self.new.metadata)

    @property
    def is_code_only(self) -> bool:
        """Whether the content is other, and what it declares is not."""
        return not self.is_same and self.comparison.severity is None

    @property
    def is_legal(self) -> bool:
        """Whether the new version may follow the old one."""
        return self.is_same or self.new.version >= self.lowest

    @property
    def lowest(self) -> Version:
        """The lowest version that the new one may have."""
        return self.old.version if self.is_same else self.comparison.next_version(self.old.version)

    def require_legal(self, *, breaks_allowed: bool = False) -> None:
        """Do nothing if the new version may follow the old one.

        Args:
            breaks_allowed: whether any later version will do, whatever it breaks.

        Raises:
            VersionError: if it may not; it names the lowest version that may.
        """
        if self.is_legal or (breaks_allowed and self.new.version > self.old.version):
            return
        if self.new.version == self.old.version:
            raise VersionError(
                f"`{self.old.version}` is in {self.old.origin}, with other content",
                hint=f"name it {self.lowest} or later",
            )
        try:
            self.comparison.require(self.old.version, self.new.version)
        except VersionError as error:
            raise VersionError(
                f"{error.message} (`{self.old.version}` is in {self.old.origin})", hint=error.hint
            ) from error
