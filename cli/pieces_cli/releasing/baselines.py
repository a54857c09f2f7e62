"""What a piece is compared with: an instance, a wheel or a git revision."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from pieces_framework.errors import PieceError
from pieces_framework.names import normalize_name

from .version_step import PieceVersion

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from pieces_cli.publishing.client import InstanceClient
    from pieces_cli.workspace import PieceFolder, Workspace
    from pieces_framework import JsonValue
    from pieces_framework.artifact import PieceDocument
    from pieces_framework.versions import Version

DEFAULT_REVISION: Final = "HEAD"
"""What is compared with where no instance is configured."""


class BaselineError(PieceError):
    """What a piece is to be compared with is not there, or is not what was meant."""

    exit_code = 2


@dataclass(frozen=True, kw_only=True)
class EarlierVersion:
    """The version of a piece that a baseline has."""

    version: Version
    source_digest: str
    """As `PieceVersion.source_digest`."""
    origin: str
    """As `PieceVersion.origin`."""
    read_metadata: Callable[[], Mapping[str, JsonValue]]
    """Takes its time: for a git revision the piece is imported."""

    def read(self) -> PieceVersion:
        """Return all of it. Raises what `read_metadata` raises."""
        return PieceVersion(
            version=self.version,
            metadata=self.read_metadata(),
            source_digest=self.source_digest,
            origin=self.origin,
        )


class Baseline(Protocol):
    """Where earlier versions are. Threads may share it."""

    @property
    def origin(self) -> str:
        """How messages call it."""
        ...

    @property
    def piece_names(self) -> tuple[str, ...]:
        """The pieces that it is about; none where it may be about any."""
        ...

    def before(self, piece: PieceFolder) -> EarlierVersion | None:
        """Return the version that the piece's own must follow, or `None` if there is none.

        Raises:
            BaselineError: if it is not about that piece.
            PieceError: if it cannot be read.
        """
        ...


class InstanceBaseline:
    """The newest published version of each piece on an instance."""

    def __init__(self, client: InstanceClient) -> None:
        self._client = client
        self.origin: Final = f"`{client.api_url}`"
        self.piece_names: Final[tuple[str, ...]] = ()

    def before(self, piece: PieceFolder) -> EarlierVersion | None:
        """As `Baseline` says."""
        published = self._client.published(piece.distribution)
        if published is None:
            return None
        return EarlierVersion(
            version=published.version,
            source_digest=published.source_digest,
            origin=self.origin,
            read_metadata=lambda: published.metadata,
        )


class WheelBaseline:
    """The piece in one wheel."""

    def __init__(self, path: Path, document: PieceDocument) -> None:
        self._document = document
        self.origin: Final = f"the wheel `{path}`"
        self.piece_names: Final[tuple[str, ...]] = (document.name,)

    def before(self, piece: PieceFolder) -> EarlierVersion | None:
        """As `Baseline` says."""
        document = self._document
        if normalize_name(piece.distribution) != normalize_name(document.name):
            raise BaselineError(
                f"{self.origin} holds `{document.name}`, not `{piece.distribution}`",
                hint="give the wheel of the piece that is compared",
            )
        return EarlierVersion(
            version=document.version,
            source_digest=document.source_digest,
            origin=self.origin,
            read_metadata=lambda: document.metadata,
        )


@contextmanager
def open_baseline(
    against: str | None, workspace: Workspace, python: Path
) -> Generator[Baseline, None, None]:
    """Open what is named, for as long as the block runs.

    Args:
        against: the URL of an instance (`http://…`, `https://…`), a path that ends in `.whl`, or
            else a git revision. `None`: the configured instance, without one `HEAD`.
        workspace: where the pieces are; its settings name the instance and the key.
        python: the interpreter that imports the pieces of a git revision.

    Raises:
        BaselineError: if there is no such thing.
        PieceError: if it cannot be read.
    """
    from pieces_cli.publishing.instance_settings import instance_settings

    settings = instance_settings(workspace.root)
    text = against if against is not None else settings.api_url or DEFAULT_REVISION
    if text.lower().startswith(("http://", "https://")) or text == settings.api_url:
        from pieces_cli.publishing.client import InstanceClient
        from pieces_cli.publishing.instance_address import api_address, check_key

        key = check_key(settings.api_key) if settings.api_key else ""
        with InstanceClient(api_url=api_address(text), key=key) as client:
            yield InstanceBaseline(client)
    elif text.lower().endswith(".whl"):
        yield _wheel_baseline(Path(text))
    else:
        from .git_baseline import open_git_baseline

        with open_git_baseline(text, workspace, python) as baseline:
            yield baseline


def _wheel_baseline(path: Path) -> WheelBaseline:
    from pieces_framework.artifact import read_piece_wheel

    if not path.is_file():
        raise BaselineError(
            f"there is no wheel `{path}`",
            hint="what ends in `.whl` is taken for a path; write a branch of such a name as"
            " `NAME^{}`",
        )
    return WheelBaseline(path, read_piece_wheel(path).piece)
