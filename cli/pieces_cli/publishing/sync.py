"""Many pieces to an instance: one question for all, then what is missing, several at a time."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from traceback import format_exception
from typing import TYPE_CHECKING, Final, Literal

from pieces_cli.building.source_digest import read_sources
from pieces_cli.reporting import shown_path
from pieces_engine.workspace.child_processes import ChildEndedError, end_children, terminable
from pieces_engine.workspace.pyproject import ProjectFileError
from pieces_framework.errors import ConnectionRejectedError, PieceError
from pieces_framework.names import normalize_name

from .presence import PresentQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pieces_cli.building.source_digest import Sources
    from pieces_engine.workspace.folders import PieceFolder

    from .presence import Present
    from .publisher import Publisher

Fate = Literal["uploaded", "already there", "would be uploaded", "failed", "not reached", "cut off"]
"""What became of a piece. `cut off`: a second Ctrl-C came while it was on its way."""


class UnexpectedError(PieceError):
    """Something failed that no piece should be able to make fail.

    Args:
        message: see `PieceError`.
        traceback: where, as Python prints it.
    """

    code = "UNEXPECTED"

    def __init__(self, message: str, *, traceback: str) -> None:
        super().__init__(message, hint="the others went on; please report the traceback")
        self.traceback: Final = traceback


@dataclass(frozen=True, kw_only=True)
class SyncedPiece:
    """A piece, and what became of it."""

    piece: PieceFolder
    outcome: Fate
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
    stopping: Callable[[], object]
    """Called then, before what has begun is waited for."""
    watch: Callable[[int], object]
    """Told how many pieces are done; called by the thread that calls `run`."""

    def run(self, pieces: Sequence[PieceFolder]) -> list[SyncedPiece]:
        """Publish what the instance lacks. After Ctrl-C it returns too, and `stopped` is set.

        Returns:
            What became of each piece, in their order.

        Raises:
            PieceError: as for `InstanceClient.present`, before anything is done.
            ConnectionRejectedError: if the key may not publish; nothing more is begun then.
        """
        done = _doubles(pieces)
        read: dict[PieceFolder, Sources] = {}
        queries: list[PresentQuery] = []
        for piece in pieces:
            if piece in done:
                continue
            try:
                sources = read_sources(piece)
                queries.append(PresentQuery.of(piece, sources.digest))
                read[piece] = sources
            except (Exception, SystemExit) as error:  # noqa: BLE001 -- a piece's boundary
                done[piece] = self._failed(piece, error)
        found = self.publisher.client.present(queries)
        missing: dict[PieceFolder, Present] = {}
        for piece, present in zip(read, found, strict=True):
            if present.status == "present":
                done[piece] = SyncedPiece(piece=piece, outcome="already there")
            else:
                missing[piece] = present
        self.watch(len(done))
        if missing:
            self._publish_all(missing, read, done)
        return [
            done.get(piece, SyncedPiece(piece=piece, outcome="not reached")) for piece in pieces
        ]

    @terminable()
    def _publish_all(
        self,
        missing: dict[PieceFolder, Present],
        read: dict[PieceFolder, Sources],
        done: dict[PieceFolder, SyncedPiece],
    ) -> None:
        _ = self.publisher.python  # found here, where it may say something
        pool = ThreadPoolExecutor(self.concurrency)
        running: dict[Future[SyncedPiece], PieceFolder] = {}
        try:
            for piece, found in missing.items():
                running[pool.submit(self._publish, piece, found, read[piece])] = piece
            for future in as_completed(running):
                done[running[future]] = future.result()
                self.watch(len(done))
        except KeyboardInterrupt:
            with suppress(KeyboardInterrupt):  # the next one ends the wait
                self.stopped.set()
                self.stopping()
                end_children(pool)
            for future, piece in running.items():
                if future.cancel():  # it has not begun
                    continue
                is_over = future.done()
                cut_off = SyncedPiece(piece=piece, outcome="cut off")
                done[piece] = future.result() if is_over else cut_off
        except (SystemExit, ConnectionRejectedError):
            self.stopped.set()
            self.publisher.client.close()
            end_children(pool)
            raise
        pool.shutdown(wait=False)

    def _publish(self, piece: PieceFolder, found: Present, sources: Sources) -> SyncedPiece:
        not_reached = SyncedPiece(piece=piece, outcome="not reached")
        try:
            if self.stopped.is_set():
                return not_reached
            release = self.publisher.prepare(piece, found, sources)
            if self.dry_run:
                return SyncedPiece(piece=piece, outcome="would be uploaded")
            wheel = release.build()
            if self.stopped.is_set():
                return not_reached
            is_new = release.upload(wheel)
        except ChildEndedError:
            return not_reached
        except ConnectionRejectedError:  # the other pieces have the same key
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001 -- a piece's boundary
            return self._failed(piece, error)
        return SyncedPiece(piece=piece, outcome="uploaded" if is_new else "already there")

    def _failed(self, piece: PieceFolder, error: BaseException) -> SyncedPiece:
        """Return the piece as failed; whatever it was, the others go on."""
        if not isinstance(error, PieceError):
            said = self.publisher.client.without_key("".join(format_exception(error)))
            name = type(error).__name__
            error = UnexpectedError(f"`{piece.name}`: an unexpected `{name}`", traceback=said)
        return SyncedPiece(piece=piece, outcome="failed", error=error)


def _doubles(pieces: Sequence[PieceFolder]) -> dict[PieceFolder, SyncedPiece]:
    """Return the pieces whose distribution is another's too, as failed."""
    by_name: dict[str, list[PieceFolder]] = {}
    for piece in pieces:
        by_name.setdefault(normalize_name(piece.distribution), []).append(piece)
    failed: dict[PieceFolder, SyncedPiece] = {}
    for name, several in by_name.items():
        if len(several) == 1:
            continue
        places = ", ".join(f"`{shown_path(piece.path)}`" for piece in several)
        error = ProjectFileError(
            f"{places} are all the distribution `{name}`",
            hint="give each piece's `pyproject.toml` a `name` of its own",
        )
        for piece in several:
            failed[piece] = SyncedPiece(piece=piece, outcome="failed", error=error)
    return failed
