"""The way of a piece to an instance: look, ask the piece what it is, compare, build, upload."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pieces_cli.building.extraction import extract
from pieces_cli.building.wheel import build_wheel
from pieces_cli.releasing.version_step import PieceVersion, VersionStep
from pieces_framework.errors import PieceError
from pieces_framework.versions import Version, VersionError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pieces_cli.building.extraction import Extracted
    from pieces_cli.building.wheel import BuiltWheel
    from pieces_cli.workspace import PieceFolder

    from .client import InstanceClient, Present


class RefusedReleaseError(PieceError):
    """A version may not be published: it is taken, or too low for what changed."""


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

    def prepare(self, piece: PieceFolder, found: Present, digest: str) -> Release:
        """Return what publishing the piece's version takes, once that is known to be legal.

        The piece is imported, in a process of its own.

        Args:
            piece: what to publish.
            found: what the instance has of its version: `changed` or `absent`.
            digest: the piece's source digest.

        Raises:
            RefusedReleaseError: if the version is there with other content, or too low for what
                changed since the version before; it names the lowest that will do.
            ExtractionError: as for `extract`.
            PieceError: as for `InstanceClient.published`.
        """
        extracted = extract(piece, self.python)
        new = PieceVersion(
            version=Version.parse(piece.version),
            metadata=extracted.metadata,
            source_digest=digest,
            origin=f"`{piece.path}`",
        )
        if found.status == "changed":
            raise self._taken(piece, new)
        reason = self._reason(piece, new, found.previous)
        return Release(publisher=self, piece=piece, extracted=extracted, breaking_reason=reason)

    def _taken(self, piece: PieceFolder, new: PieceVersion) -> RefusedReleaseError:
        newest = self.client.published(piece.distribution)
        lowest = "the next" if newest is None else str(VersionStep(old=newest, new=new).lowest)
        return RefusedReleaseError(
            f"the instance has `{piece.distribution}` {piece.version} with other content",
            hint=f"a version is published once: set `version` to {lowest} or higher",
        )

    def _reason(
        self, piece: PieceFolder, new: PieceVersion, previous: Version | None
    ) -> str | None:
        """Return the reason to record with a break; `None` for a version that needs none."""
        old = None if previous is None else self.client.published(piece.distribution, previous)
        if old is None:
            return None
        try:
            VersionStep(old=old, new=new).require_legal()
        except VersionError as error:
            if self.allow_breaking is None:
                raise RefusedReleaseError(
                    f"`{piece.distribution}`: {error.message}",
                    hint=f"{error.hint}, or publish it as it is with `--allow-breaking REASON`",
                ) from error
        else:
            return None
        return self.allow_breaking


@dataclass(frozen=True, kw_only=True)
class Release:
    """A version of a piece that may be published."""

    publisher: Publisher
    piece: PieceFolder
    extracted: Extracted
    breaking_reason: str | None

    def build(self) -> BuiltWheel:
        """Build the wheel; raises as `build_wheel` does."""
        publisher = self.publisher
        return build_wheel(
            self.piece, python=publisher.python, out=publisher.out, extracted=self.extracted
        )

    def upload(self, wheel: BuiltWheel, *, sent: Callable[[int], object] = lambda _: None) -> bool:
        """Upload the wheel; returns and raises as `InstanceClient.publish` does."""
        return self.publisher.client.publish(
            self.piece, wheel, breaking_reason=self.breaking_reason, sent=sent
        )
