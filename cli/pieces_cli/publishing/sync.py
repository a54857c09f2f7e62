"""Many pieces to an instance: one question for all, then what is missing, several at a time."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pieces_cli.building.source_digest import source_digest
from pieces_framework.errors import PieceError

from .client import PresentQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pieces_cli.workspace import PieceFolder

    from .client import Present
    from .publisher import Publisher

Outcome = Literal["uploaded", "already there", "would be uploaded", "failed", "not reached"]


@dataclass(frozen=True, kw_only=True)
class SyncedPiece:
    """A piece, and what became of it."""

    piece: PieceFolder
    outcome: Outcome
    error: PieceError | None = None
    """Why it failed."""


@dataclass(frozen=True, kw_only=True)
class Sync:
    """One run over several pieces. A piece that fails does not stop the others."""

    publisher: Publisher
    concurrency: int
    """How many pieces are built and uploaded at a time."""
    dry_run: bool
    """Whether to end before the first build."""
    stopped: threading.Event
    """Set by us on Ctrl-C: nothing more is begun."""
    watch: Callable[[int], object]
    """Told how many pieces are done; called by the thread that calls `run`."""

    def run(self, pieces: Sequence[PieceFolder]) -> list[SyncedPiece]:
        """Publish what the instance lacks. After Ctrl-C it returns too, and `stopped` is set.

        Returns:
            What became of each piece, in their order.

        Raises:
            PieceError: as for `InstanceClient.present`, before anything is done.
        """
        digests: dict[PieceFolder, str] = {}
        done: dict[PieceFolder, SyncedPiece] = {}
        for piece in pieces:
            try:
                digests[piece] = source_digest(piece)
            except PieceError as error:
                done[piece] = SyncedPiece(piece=piece, outcome="failed", error=error)
        missing = {
            piece: found
            for piece, found in self._found(digests).items()
            if found.status != "present"
        }
        for piece in digests.keys() - missing.keys():
            done[piece] = SyncedPiece(piece=piece, outcome="already there")
        self.watch(len(done))
        if missing:
            self._publish_all(missing, digests, done)
        return [
            done.get(piece, SyncedPiece(piece=piece, outcome="not reached")) for piece in pieces
        ]

    def _found(self, digests: dict[PieceFolder, str]) -> dict[PieceFolder, Present]:
        queries = [
            PresentQuery(
                distribution=piece.distribution, version=piece.version, source_digest=digest
            )
            for piece, digest in digests.items()
        ]
        return dict(zip(digests, self.publisher.client.present(queries), strict=True))

    def _publish_all(
        self,
        missing: dict[PieceFolder, Present],
        digests: dict[PieceFolder, str],
        done: dict[PieceFolder, SyncedPiece],
    ) -> None:
        _ = self.publisher.python  # found here, where it may say something
        with ThreadPoolExecutor(self.concurrency) as pool:
            running: list[Future[SyncedPiece]] = []
            try:
                for piece, found in missing.items():
                    running.append(pool.submit(self._publish, piece, found, digests[piece]))
                for future in as_completed(running):
                    done[future.result().piece] = future.result()
                    self.watch(len(done))
            except KeyboardInterrupt:
                self.stopped.set()
                pool.shutdown(cancel_futures=True)
                ended = [future.result() for future in running if not future.cancelled()]
                done.update({each.piece: each for each in ended})

    def _publish(self, piece: PieceFolder, found: Present, digest: str) -> SyncedPiece:
        not_reached = SyncedPiece(piece=piece, outcome="not reached")
        try:
            if self.stopped.is_set():
                return not_reached
            release = self.publisher.prepare(piece, found, digest)
            if self.dry_run:
                return SyncedPiece(piece=piece, outcome="would be uploaded")
            wheel = release.build()
            if self.stopped.is_set():
                return not_reached
            is_new = release.upload(wheel)
        except PieceError as error:
            return SyncedPiece(piece=piece, outcome="failed", error=error)
        return SyncedPiece(piece=piece, outcome="uploaded" if is_new else "already there")
