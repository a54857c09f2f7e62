"""`publish-piece`: a piece on a public Python package index."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pieces_cli.prompts import has_terminal
from pieces_cli.reporting import Outcome, ReportingCommand, say

if TYPE_CHECKING:
    from pieces_cli.building.wheel import BuiltWheel
    from pieces_cli.indexes.index_release import IndexRelease
    from pieces_cli.indexes.package_index import PackageIndex
    from pieces_cli.workspace import PieceFolder, Workspace


@click.command("publish-piece", cls=ReportingCommand, schema="pieces.publish-piece/1")
@click.argument("folder")
@click.option("--repository", metavar="NAME", help="A repository of ~/.pypirc.")
@click.option("--repository-url", metavar="URL", help="Where to upload, instead of a NAME.")
@click.option(
    "--index-url",
    metavar="URL",
    help="Where installers find what is uploaded.  [default: simple/ beside the repository]",
)
@click.option(
    "--allow-breaking",
    "breaking_reason",
    metavar="REASON",
    help="Publish though the version is too low for what breaks.",
)
def publish_piece(
    folder: str,
    repository: str | None,
    repository_url: str | None,
    index_url: str | None,
    breaking_reason: str | None,
) -> Outcome:
    """Publish a piece to a public package index.

    Wheel and source distribution of the piece in FOLDER are built into dist/, checked, and uploaded
    by twine, whose settings hold: ~/.pypirc, TWINE_USERNAME, TWINE_PASSWORD, TWINE_REPOSITORY and so
    on. It needs `pip install 'piecekit[publish]'`.

    The index is looked at first. A version that it has is not uploaded again, and is refused if its
    content is other. A version that is too low for what changed since the one before is refused
    too. An index has no place for the REASON that allows it: it is printed, so write it into the
    changelog as well.
    """
    if breaking_reason is not None and not breaking_reason.strip():
        raise click.UsageError("--allow-breaking is empty: say why.")

    from pieces_cli.indexes.package_index import PackageIndex
    from pieces_cli.indexes.twine_repository import check_distributions, twine_repository
    from pieces_cli.workspace import require_workspace

    target = twine_repository(repository, repository_url, asks=has_terminal())
    workspace = require_workspace()
    piece = _piece(workspace, folder)
    wheel, sdist = _built(piece, workspace)
    check_distributions([wheel.path, sdist])
    index = PackageIndex(index_url or target.index_url, target.open_session)
    release = _looked_up(piece, wheel, sdist, index)

    from pieces_cli.indexes.index_release import release_files

    uploads = release_files(
        release, [wheel.path, sdist], breaks_allowed=breaking_reason is not None
    )
    for path in uploads:
        target.upload(path)
        say(f"Uploaded {path.name} to {target.url}")
    if not uploads:
        say(f"Piece '{piece.distribution}' and '{piece.version}' already published.")
    elif breaking_reason is not None:
        say(f"Breaking changes were allowed: {breaking_reason}")
    return Outcome(
        data={
            "distribution": piece.distribution,
            "version": piece.version,
            "repository": target.url,
            "uploaded": [path.name for path in uploads],
            "breakingReason": breaking_reason,
        }
    )


def _piece(workspace: Workspace, folder: str) -> PieceFolder:
    path = Path(folder).resolve()
    for piece in workspace.pieces():
        if piece.path == path:
            return piece
    return workspace.find(folder)


def _built(piece: PieceFolder, workspace: Workspace) -> tuple[BuiltWheel, Path]:
    from pieces_cli.building.sdist import build_sdist
    from pieces_cli.building.wheel import build_wheel
    from pieces_cli.interpreter import piece_interpreter

    out = workspace.root / "dist"
    wheel = build_wheel(piece, python=piece_interpreter(workspace), out=out)
    return wheel, build_sdist(piece, out=out)


def _looked_up(
    piece: PieceFolder, wheel: BuiltWheel, sdist: Path, index: PackageIndex
) -> IndexRelease | None:
    from pieces_cli.indexes.index_release import IndexRelease
    from pieces_cli.indexes.package_index import IndexAnswerError
    from pieces_cli.releasing.version_step import PieceVersion
    from pieces_framework.artifact import read_piece_wheel

    try:
        there = index.files(piece.distribution)
    except IndexAnswerError as error:
        click.echo(
            f"{error.message}: the repository itself must refuse what it has (--index-url)",
            err=True,
        )
        return None
    document = read_piece_wheel(wheel.path).piece
    new = PieceVersion(
        version=document.version,
        metadata=document.metadata,
        source_digest=wheel.source_digest,
        origin=f"`{wheel.path.name}`",
    )
    return IndexRelease(index=index, wheel=wheel.path, sdist=sdist, new=new, there=there)
