"""The pieces of a workspace, as they lie on the disk: what their authors see while they write.

No piece is imported by the instance itself: a process of its own says what each is, again as soon
as a file in the piece's folder is another.
"""

from __future__ import annotations

import logging
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final, cast

from typing_extensions import override

from pieces_engine.workspace.extraction import extract
from pieces_engine.workspace.folders import PieceFolder, find_workspace
from pieces_engine.workspace.interpreter import piece_interpreter
from pieces_framework.errors import PieceError, PieceNotFoundError
from pieces_framework.names import distribution_name, normalize_name
from pieces_framework.versions import Version
from pieces_server.database.identifiers import new_id, now
from pieces_server.errors import EngineOperationError
from pieces_server.settings import SettingsError

from .catalogue import Catalogue
from .piece_source import PieceVersion, StoredPiece, piece_not_found, release_bounds

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from pieces_engine.workspace.extraction import Extracted
    from pieces_engine.workspace.folders import Workspace
    from pieces_framework.versions import VersionRange
    from pieces_server.settings import Settings

_PROCESSES: Final = 4
"""How many pieces are imported at a time."""
_NOT_SOURCES: Final = frozenset({"__pycache__", "build", "dist", "node_modules"})
_logger = logging.getLogger(__name__)

_State = tuple[tuple[str, int, int], ...]
"""Path, time of the last change in nanoseconds and size in bytes of each file of a piece."""


def open_workspace_source(settings: Settings) -> WorkspaceSource:
    """Return the pieces that `AP_DEV_PIECES` names, in the workspace of the current folder.

    Raises:
        SettingsError: if there is no workspace, or not each of the names is that of one piece.
    """
    try:
        workspace = find_workspace()
    except PieceError as error:
        raise SettingsError(f"`AP_PIECES_SOURCE`: {error.message}", hint=error.hint) from error
    if workspace is None:
        raise SettingsError(
            f"`AP_PIECES_SOURCE` is FILE, and {str(Path.cwd())!r} is not in a workspace of pieces",
            hint="start the instance in the folder of the workspace",
        )
    if not settings.dev_pieces:
        raise SettingsError(
            "`AP_PIECES_SOURCE` is FILE, and `AP_DEV_PIECES` names no piece",
            hint="name the pieces to serve, with commas between them",
        )
    source = WorkspaceSource(workspace, settings.dev_pieces)
    source.require_pieces()
    return source


class WorkspaceSource:
    """The one version that a workspace has of each of some pieces.

    Args:
        workspace: where the pieces are.
        names: which of them: names of folders or of packages.
    """

    def __init__(self, workspace: Workspace, names: Sequence[str]) -> None:
        self._workspace = workspace
        self._names = tuple(dict.fromkeys(names))
        self._python = piece_interpreter(
            workspace, needs="pieces_framework", passed_over=_say_passed_over
        )
        self._lock = Lock()
        self._read: dict[Path, _Read] = {}
        self._folders: dict[str, PieceFolder] = {}

    def require_pieces(self) -> None:
        """Refuse names that are not those of pieces.

        Raises:
            SettingsError: naming each of them.
        """
        found = self._find_each()
        errors = [each for each in found if isinstance(each, PieceError)]
        if errors:
            raise SettingsError(
                "; ".join(f"`AP_DEV_PIECES`: {error.message}" for error in errors),
                hint="; ".join(dict.fromkeys(error.hint for error in errors if error.hint)),
            )

    def versions(self) -> Mapping[str, Sequence[PieceVersion]]:
        """Return the pieces that can be imported, by normalised name.

        A piece that cannot be imported is left out, and the log says why.
        """
        folders: list[PieceFolder] = []
        for found in self._find_each():
            if isinstance(found, PieceError):
                _logger.warning("a piece of AP_DEV_PIECES is left out: %s", found.message)
            else:
                folders.append(found)
        with ThreadPoolExecutor(_PROCESSES) as pool:
            read = pool.map(self._current, folders)
        good = [each for each in read if isinstance(each, _WorkspaceVersion)]
        return {each.distribution: (each,) for each in good}

    def versions_of(
        self, distribution: str, version: Version | None = None
    ) -> Sequence[PieceVersion]:
        """Return the one version of a piece, if it is not another that is wanted.

        Raises:
            EngineOperationError: if the piece is there and cannot be imported.
        """
        folder = self._folder(distribution)
        if folder is None:
            return ()
        read = self._current(folder)
        if isinstance(read, PieceError):
            raise EngineOperationError(read.message, hint=read.hint) from read
        return (read,) if version in {None, read.version} else ()

    def load(self, versions: Sequence[PieceVersion]) -> Sequence[StoredPiece]:
        """Return all that is known of versions that this source named, in their order."""
        time = now()
        return [_stored(each, time) for each in versions if isinstance(each, _WorkspaceVersion)]

    def _folder(self, distribution: str) -> PieceFolder | None:
        """Return the piece of a normalised name, if it is one of those to serve.

        Raises:
            EngineOperationError: if its folder does not say what it is.
        """
        for name, found in zip(self._names, self._find_each(), strict=True):
            last = self._folders.get(name)
            match found:
                case PieceNotFoundError():
                    continue
                case PieceError() if last and _is_distribution(distribution, last):
                    raise EngineOperationError(found.message, hint=found.hint) from found
                case PieceFolder() if _is_distribution(distribution, found):
                    return found
                case _:
                    continue
        return None

    def _find_each(self) -> list[PieceFolder | PieceError]:
        """Return for each name the piece, or why there is none.

        A folder that does not say what it is any more goes by what it said last.
        """
        found = self._workspace.find_each(self._names)
        for number, name in enumerate(self._names):
            each, last = found[number], self._folders.get(name)
            if isinstance(each, PieceFolder):
                self._folders[name] = each
            elif last and isinstance(each, PieceNotFoundError):
                [found[number]] = self._workspace.find_each([last.name])
        return found

    def _current(self, folder: PieceFolder) -> _WorkspaceVersion | PieceError:
        """Return what the piece says of itself now; it is asked by one thread at a time."""
        with self._lock:
            read = self._read.setdefault(folder.path, _Read())
        with read.lock:
            state = tuple(_state(folder.path))
            if read.piece is None or read.state != state:
                read.piece, read.state = self._extracted(folder), state
            return read.piece

    def _extracted(self, folder: PieceFolder) -> _WorkspaceVersion | PieceError:
        try:
            extracted = extract(folder, self._python)
        except PieceError as error:
            _logger.warning("piece %r is left out: %s", folder.name, error.message)
            return error
        low, high = release_bounds(extracted.metadata)
        return _WorkspaceVersion(
            id=new_id(),
            distribution=normalize_name(folder.distribution),
            name=folder.distribution,
            version=Version.parse(folder.version),
            minimum_supported_release=low,
            maximum_supported_release=high,
            source_digest="",
            extracted=extracted,
        )


class WorkspaceCatalogue(Catalogue):
    """The pieces of a workspace: whichever version is asked for, the one that there is is meant.

    A flow that was made with another version goes on with what its author writes now.
    """

    def __init__(self, source: WorkspaceSource) -> None:
        super().__init__(source)
        self._workspace = source

    @override
    def choose_piece(
        self, name: str, requirement: VersionRange | None = None, *, release: Version
    ) -> StoredPiece:
        found = self._workspace.load(self._workspace.versions_of(distribution_name(name)))
        if not found:
            raise piece_not_found(name)
        return found[0]

    @override
    def digests(self, distributions: Collection[str]) -> Mapping[str, Mapping[Version, str]]:
        """Return none: nothing was published, and to try it says why that cannot be done."""
        del distributions
        return {}


@dataclass(frozen=True, kw_only=True)
class _WorkspaceVersion(PieceVersion):
    extracted: Extracted


@dataclass
class _Read:
    """What a piece said when its files were so; `None` if it was not asked yet."""

    lock: Lock = field(default_factory=Lock)
    state: _State = ()
    piece: _WorkspaceVersion | PieceError | None = None


def _is_distribution(name: str, folder: PieceFolder) -> bool:
    return normalize_name(folder.distribution) == name


def _stored(piece: _WorkspaceVersion, time: str) -> StoredPiece:
    return StoredPiece(
        id=piece.id,
        distribution=piece.distribution,
        name=piece.name,
        version=piece.version,
        minimum_supported_release=piece.minimum_supported_release,
        maximum_supported_release=piece.maximum_supported_release,
        source_digest=piece.source_digest,
        piece_type="OFFICIAL",
        package_type="REGISTRY",
        metadata=piece.extracted.metadata,
        # As the framework's importing writes it: texts by their English ones, for each locale.
        i18n=cast("Mapping[str, Mapping[str, str]]", piece.extracted.i18n),
        created=time,
        updated=time,
        filename="",
        sha256="",
        size_bytes=0,
        breaking_reason=None,
    )


def _state(folder: Path) -> Iterator[tuple[str, int, int]]:
    for above, folders, files in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if name not in _NOT_SOURCES and not name.startswith(".")
        )
        for name in sorted(files):
            path = Path(above, name)
            try:
                status = path.stat()
            except OSError:  # gone since, or a broken link
                continue
            yield str(path), status.st_mtime_ns, status.st_size


def _say_passed_over(environment: Path) -> None:
    _logger.warning(
        "%r has no pieces-framework: pieces are imported with the instance's own Python",
        str(environment),
    )
