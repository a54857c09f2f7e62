"""`publish-piece`: a piece on a public Python package index."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pieces_cli.piece_choice import chosen_piece
from pieces_cli.prompts import has_terminal
from pieces_cli.reporting import Outcome, ReportingCommand, say

if TYPE_CHECKING:
    from pieces_cli.building.wheel import BuiltWheel
    from pieces_cli.indexes.index_release import IndexRelease, UploadPlan
    from pieces_cli.indexes.package_index import PackageIndex
    from pieces_cli.indexes.twine_repository import TwineRepository
    from pieces_engine.workspace.folders import PieceFolder, Workspace
    from pieces_framework import JsonValue


@click.command("publish-piece", cls=ReportingCommand, schema="pieces.publish-piece/1")
@click.argument("folder", metavar="[PIECE]", required=False)
@click.option("--repository", metavar="NAME", help="A repository of ~/.pypirc.")
@click.option("--repository-url", metavar="URL", help="Where to upload, instead of a NAME.")
@click.option(
    "--index-url",
    metavar="URL",
    help="Where installers find what is uploaded.  [default: simple/ beside the repository]",
)
@click.option(
    "--allow-breaking",
    metavar="REASON",
    help="Publish though the version is too low for what breaks.",
)
@click.option(
    "--stage",
    metavar="FOLDER",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Copy there what the index lacks, instead of uploading it.",
)
def publish_piece(
    folder: str | None,
    *,
    repository: str | None,
    repository_url: str | None,
    index_url: str | None,
    allow_breaking: str | None,
    stage: Path | None,
) -> Outcome:
    """Publish a piece to a public package index, for everybody.

    For an instance, which your flows use, it is `pieces publish`. A piece with the classifier
    "Private :: Do Not Upload", which custom pieces begin with, is refused here.

    PIECE is a piece's name or its folder, and may be left out in that folder. Its wheel and source
    distribution are built into dist/, checked, and uploaded by twine, whose settings hold:
    ~/.pypirc, TWINE_USERNAME, TWINE_PASSWORD, TWINE_REPOSITORY and so on. It needs `pip install
    'piecekit[publish]'`.

    The index is looked at first. A version that it has is not uploaded again, and is refused if its
    content is other. A version that is too low for what changed since the one before is refused
    too. An index has no place for the REASON that allows it: it is printed, so write it into the
    changelog as well.

    With --stage nothing is uploaded and no credentials are needed: another job, which runs no code
    of a piece, hands the files of FOLDER to twine.
    """
    if allow_breaking is not None and not allow_breaking.strip():
        raise click.UsageError("--allow-breaking is empty: say why.")
    if repository and repository_url:
        raise click.UsageError("--repository and --repository-url: give one of them.")

    from pieces_cli.indexes.index_release import UploadPlan, require_public
    from pieces_cli.indexes.package_index import PackageIndex
    from pieces_cli.indexes.twine_repository import check_distributions, twine_repository
    from pieces_engine.workspace.folders import require_workspace

    target = twine_repository(repository, repository_url, asks=has_terminal())
    workspace = require_workspace()
    piece = chosen_piece(workspace, folder, flag="PIECE")
    require_public(piece)
    index = PackageIndex(index_url or target.index_url, target.open_session)
    wheel, sdist = _built(piece, workspace)
    check_distributions([wheel.path, sdist])
    release = _looked_up(piece, wheel, sdist, index)
    plan = release.plan(allow_breaking) if release else UploadPlan(files=[wheel.path, sdist])
    for note in plan.notes:
        click.echo(note, err=True)
    if stage and plan.files:
        _stage(plan, stage)
    else:
        _upload(plan, piece, target)
    if plan.breaking_reason is not None:
        say(f"Breaking changes were allowed: {plan.breaking_reason}")
    names: list[JsonValue] = [path.name for path in plan.files]
    return Outcome(
        data={
            "piece": piece.name,
            "package": piece.distribution,
            "version": piece.version,
            "repository": target.url,
            "uploaded": [] if stage else names,
            "staged": names if stage else [],
            "breakingReason": plan.breaking_reason,
        }
    )


def _stage(plan: UploadPlan, folder: Path) -> None:
    from pieces_cli.building.placed_file import placed
    from pieces_cli.reporting import shown_path

    for path in plan.files:
        placed(path, folder)
        say(f"Staged {path.name} in {shown_path(folder)}")


def _upload(plan: UploadPlan, piece: PieceFolder, target: TwineRepository) -> None:
    if not plan.files:
        say(f"Piece '{piece.distribution}' and '{piece.version}' already published.")
        return
    click.echo(f"`{piece.distribution}` {piece.version} goes to {target.url}", err=True)
    for path in plan.files:
        target.upload(path)
        say(f"Uploaded {path.name} to {target.url}")


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
    from pieces_cli.piece_version import PieceVersion
    from pieces_framework.artifact import read_piece_wheel

    try:
        there = index.files(piece.distribution)
    except IndexAnswerError as error:
        click.echo(
            f"{error.message}: the repository itself must refuse what it has (--index-url)",
            err=True,
        )
        return None
    new = PieceVersion.of_document(read_piece_wheel(wheel.path).piece, f"`{wheel.path.name}`")
    return IndexRelease(index=index, wheel=wheel.path, sdist=sdist, new=new, there=there)
