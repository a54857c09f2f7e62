"""The way of a piece to an instance: look, ask the piece what it is, compare, build, upload."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pieces_cli.building.ignored_files import refuse_ignored
from pieces_cli.building.wheel import build_wheel
from pieces_cli.piece_version import PieceVersion
from pieces_cli.version_step import VersionRefusedError, VersionStep
from pieces_engine.workspace.extraction import extract

from .refusals import VersionTakenError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pieces_cli.building.source_digest import Sources
    from pieces_cli.building.wheel import BuiltWheel
    from pieces_engine.workspace.extraction import Extracted
    from pieces_engine.workspace.folders import PieceFolder
    from pieces_framework.versions import Version

    from .client import InstanceClient
    from .presence import Present


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """Publishes pieces to one instance. Threads may share it."""

    client: InstanceClient
    out: Path
    """The folder of the wheels."""
    interpreter: Callable[[], Path]
    """Returns the Python that can import the pieces. Called at most once, before the first use."""
    allow_breaking: str | None = None
    """Why versions may break what their number does not show; recorded with those that do."""

    @cached_property
    def python(self) -> Path:
        """The Python that can import the pieces."""
        return self.interpreter()

    def prepare(self, piece: PieceFolder, found: Present, sources: Sources) -> Release:
        """Return what publishing the piece's version takes, once that is known to be legal.

        The piece is imported, in a process of its own.

        Args:
            piece: what to publish.
            found: what the instance has of its version: `changed` or `absent`.
            sources: what the piece's wheel is built from.

        Raises:
            VersionRefusedError: if the version is there with other content, or too low for what
                changed since the version before; it names the lowest that will do.
            BuildError: if its wheel would hold what git ignores.
            ExtractionError: as for `extract`.
            PieceError: as for `InstanceClient.published`.
        """
        refuse_ignored(piece, sources.files.values())
        extracted = extract(piece, self.python)
        new = PieceVersion.of_folder(piece, extracted, sources.digest)
        if found.status == "changed":
            raise self.taken(piece, new)
        reason = self._reason(piece, new, found.previous)
        return Release(
            publisher=self,
            piece=piece,
            sources=sources,
            extracted=extracted,
            new=new,
            breaking_reason=reason,
        )

    def taken(self, piece: PieceFolder, new: PieceVersion) -> VersionRefusedError:
        """Return the error that the instance has the version with other content."""
        following = self._after_newest(piece, new)
        number = f"set `version` to {following} or higher" if following else "raise `version`"
        return VersionRefusedError(
            f"the instance has `{piece.distribution}` {piece.version} with other content",
            hint=f"a version is published once: {number}",
        )

    def _reason(
        self, piece: PieceFolder, new: PieceVersion, previous: Version | None
    ) -> str | None:
        """Return the reason to record with a break; `None` for a version that needs none."""
        if previous is None:
            return None
        step = VersionStep(old=self.client.published(piece.distribution, previous), new=new)
        try:
            return step.breaking_reason(self.allow_breaking)
        except VersionRefusedError as error:
            hint = error.hint
            if self.client.has(piece.distribution, step.lowest):
                hint = f"{step.lowest} is taken: name it {self._after_newest(piece, new)} or later"
            raise VersionRefusedError(
                f"`{piece.distribution}`: {error.message}", hint=hint
            ) from error

    def _after_newest(self, piece: PieceFolder, new: PieceVersion) -> Version | None:
        """Return the lowest version that is above all published ones and legal; `None` without."""
        newest = self.client.newest(piece.distribution)
        return VersionStep(old=newest, new=new).lowest if newest else None


@dataclass(frozen=True, kw_only=True)
class Release:
    """A version of a piece that may be published."""

    publisher: Publisher
    piece: PieceFolder
    sources: Sources
    extracted: Extracted
    new: PieceVersion
    breaking_reason: str | None

    def build(self) -> BuiltWheel:
        """Build the wheel; raises as `build_wheel` does."""
        publisher = self.publisher
        return build_wheel(
            self.piece,
            python=publisher.python,
            out=publisher.out,
            extracted=self.extracted,
            not_ignored=frozenset(self.sources.files.values()),
        )

    def upload(self, wheel: BuiltWheel, *, sent: Callable[[int], object] = lambda _: None) -> bool:
        """Upload the wheel, and return whether it is new.

        Raises:
            VersionRefusedError: if somebody published the version since, with other content.
            PieceError: as for `InstanceClient.publish`.
        """
        try:
            return self.publisher.client.publish(
                self.piece, wheel, breaking_reason=self.breaking_reason, sent=sent
            )
        except VersionTakenError as error:
            raise self.publisher.taken(self.piece, self.new) from error
