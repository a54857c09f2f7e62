"""What a piece is compared with: an instance, a wheel or a git revision."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pieces_cli.piece_version import PieceVersion
from pieces_engine.workspace.child_processes import terminable
from pieces_framework.names import normalize_name

from .earlier_version import BaselineError, EarlierVersion
from .git_baseline import open_git_baseline

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from pieces_cli.publishing.client import InstanceClient
    from pieces_engine.workspace.folders import PieceFolder, Workspace
    from pieces_framework.artifact import PieceDocument

    from .earlier_version import Baseline

DEFAULT_REVISION: Final = "HEAD"
"""What is compared with where no instance is configured."""


class InstanceBaseline:
    """The newest published version of each piece on an instance, be it yanked or not."""

    def __init__(self, client: InstanceClient) -> None:
        self._client = client
        self.origin: Final = f"`{client.api_url}`"
        self.piece_names: Final[tuple[str, ...]] = ()

    def before(self, piece: PieceFolder) -> EarlierVersion | None:
        """As `Baseline` says."""
        published = self._client.newest(piece.distribution)
        return None if published is None else EarlierVersion.of(published)

    def gone(self, pieces: Sequence[PieceFolder]) -> list[PieceFolder]:
        """Return none: an instance has pieces of other workspaces too."""
        del pieces
        return []


class WheelBaseline:
    """The piece in one wheel."""

    def __init__(self, path: Path, document: PieceDocument) -> None:
        self._document = document
        self.origin: Final = f"the wheel `{path}`"
        self.piece_names: Final[tuple[str, ...]] = (document.name,)

    def before(self, piece: PieceFolder) -> EarlierVersion | None:
        """As `Baseline` says."""
        if normalize_name(piece.distribution) != normalize_name(self._document.name):
            raise BaselineError(
                f"{self.origin} holds `{self._document.name}`, not `{piece.distribution}`",
                hint="give the wheel of the piece that is compared",
            )
        return EarlierVersion.of(PieceVersion.of_document(self._document, self.origin))

    def gone(self, pieces: Sequence[PieceFolder]) -> list[PieceFolder]:
        """Return none: it is about one piece."""
        del pieces
        return []


@contextmanager
def open_baseline(
    against: str | None, workspace: Workspace, python: Path
) -> Generator[Baseline, None, None]:
    """Open what is named, for as long as the block runs. SIGTERM ends the block by `SystemExit`.

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
    with terminable():
        if text.lower().startswith(("http://", "https://")) or text == settings.api_url:
            from pieces_cli.publishing.client import InstanceClient

            with InstanceClient.at(text, settings.api_key) as client:
                yield InstanceBaseline(client)
        elif text.lower().endswith(".whl"):
            yield _wheel_baseline(Path(text))
        else:
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
