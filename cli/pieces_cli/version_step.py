"""From one version of a piece to the next: what changed, and which number that asks for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pieces_framework.errors import PieceError
from pieces_framework.versions import Comparison, VersionError, compare

if TYPE_CHECKING:
    from pieces_framework.versions import Version

    from .piece_version import PieceVersion


class VersionRefusedError(PieceError):
    """A version may not be published: it is taken, or too low for what changed."""

    code = "VERSION_REFUSED"


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

    def breaking_reason(self, allow_breaking: str | None) -> str | None:
        """Return the reason to record with the new version; `None` if it is legal as it is.

        Args:
            allow_breaking: why any later version will do, whatever it breaks; `None` if it will
                not.

        Raises:
            VersionRefusedError: if the new version may not follow; it names the lowest that may.
        """
        if self.is_legal:
            return None
        is_later = self.new.version > self.old.version
        if allow_breaking is not None and is_later:
            return allow_breaking
        if self.new.version == self.old.version:
            raise VersionRefusedError(
                f"`{self.old.version}` is in {self.old.origin}, with other content",
                hint=f"a version is published once: name it {self.lowest} or later",
            )
        way_out = ", or publish it as it is with `--allow-breaking REASON`" if is_later else ""
        try:
            self.comparison.require(self.old.version, self.new.version)
        except VersionError as error:
            raise VersionRefusedError(
                f"{error.message} (`{self.old.version}` is in {self.old.origin})",
                hint=f"{error.hint}{way_out}",
            ) from error
        return None
