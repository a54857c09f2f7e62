"""`pieces publish`, also `publish-piece-to-api`: a piece's wheel, uploaded to an instance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from pieces_cli.piece_choice import chosen_piece
from pieces_cli.publishing.instance_options import allow_breaking_option, api_url_option
from pieces_cli.reporting import Outcome, ReportingCommand, say

if TYPE_CHECKING:
    from pathlib import Path

    from pieces_cli.publishing.publisher import Release
    from pieces_engine.workspace.folders import PieceFolder


@click.command("publish-piece-to-api", cls=ReportingCommand, schema="pieces.publish/1")
@click.option("--name", help="The piece's folder name.  [default: the piece you are in]")
@api_url_option
@allow_breaking_option
def publish_piece_to_api(
    name: str | None, api_url: str | None, allow_breaking: str | None
) -> Outcome:
    """Publish a piece to an instance.

    The instance is asked first: what it has is not built again. A version that it has with other
    content is refused, and so is one too low for what changed; the error names the number to take.

    The API key is taken from AP_API_KEY: from the environment, or from the workspace's .env file.
    """
    from pieces_engine.workspace.folders import require_workspace

    workspace = require_workspace()
    piece = chosen_piece(workspace, name, flag="--name")

    from pieces_cli.building.source_digest import read_sources
    from pieces_cli.interpreter import piece_interpreter
    from pieces_cli.publishing.instance_options import open_client
    from pieces_cli.publishing.presence import PresentQuery
    from pieces_cli.publishing.publisher import Publisher

    with open_client(workspace.root, api_url, asks=True) as client:
        sources = read_sources(piece)
        [found] = client.present([PresentQuery.of(piece, sources.digest)])
        if found.status == "present":
            return _already_published(piece)
        publisher = Publisher(
            client=client,
            out=workspace.root / "dist",
            interpreter=lambda: piece_interpreter(workspace),
            allow_breaking=allow_breaking,
        )
        return _publish(publisher.prepare(piece, found, sources))


def _publish(release: Release) -> Outcome:
    from pieces_cli.terminal import progress

    piece, wheel = release.piece, release.build()
    say(f"Piece '{piece.name}' built and packed successfully at {wheel.path}")
    say(f"Uploading {wheel.path}")
    with progress("Uploading", wheel.path.stat().st_size, unit="bytes") as sent:
        is_new = release.upload(wheel, sent=sent)
    if not is_new:
        return _already_published(piece)
    say(f"Piece '{piece.distribution}' published.")
    return _outcome(piece, "published", wheel.path)


def _already_published(piece: PieceFolder) -> Outcome:
    say(f"Piece '{piece.distribution}' and '{piece.version}' already published.")
    return _outcome(piece, "already published", None)


def _outcome(
    piece: PieceFolder, outcome: Literal["published", "already published"], wheel: Path | None
) -> Outcome:
    return Outcome(
        data={
            "piece": piece.name,
            "package": piece.distribution,
            "version": piece.version,
            "outcome": outcome,
            "wheel": str(wheel) if wheel else None,
        }
    )
