"""`pieces publish`, also `publish-piece-to-api`: a piece's wheel, uploaded to an instance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from pieces_cli.prompts import answer, choice, has_terminal
from pieces_cli.reporting import Outcome, ReportingCommand, say

if TYPE_CHECKING:
    from pathlib import Path

    from pieces_cli.publishing.client import InstanceClient
    from pieces_cli.publishing.publisher import Release
    from pieces_cli.workspace import PieceFolder, Workspace

FROM_ENVIRONMENT: Final = "Env Variable (AP_API_KEY)"
BY_HAND: Final = "Manually"
MAX_REASON_CHARACTERS: Final = 500
"""The longest reason that an instance keeps."""


def allowed_break(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """Return the reason of `--allow-breaking` if an instance will take it."""
    if value is not None and not 0 < len(value.strip()) <= MAX_REASON_CHARACTERS:
        raise click.BadParameter(f"give a reason of 1 to {MAX_REASON_CHARACTERS} characters.")
    return value and value.strip()


@click.command("publish-piece-to-api", cls=ReportingCommand, schema="pieces.publish/1")
@click.option("--name", help="The piece's folder name.")
@click.option("--api-url", "--apiUrl", help="The instance, with or without /api; or AP_API_URL.")
@click.option(
    "--allow-breaking",
    metavar="REASON",
    callback=allowed_break,
    help="Publish a version too low for what it breaks; the instance keeps REASON.",
)
def publish_piece_to_api(
    name: str | None, api_url: str | None, allow_breaking: str | None
) -> Outcome:
    """Publish a piece to an instance.

    The instance is asked first: what it has is not built again. A version that it has with other
    content is refused, and so is one too low for what changed; the error names the number to take.

    The API key is taken from AP_API_KEY: from the environment, or from the workspace's .env file.
    """
    from pieces_cli.workspace import require_workspace

    workspace = require_workspace()
    piece = workspace.find(answer(name, "Enter the piece folder name", flag="--name"))

    from pieces_cli.building.source_digest import source_digest
    from pieces_cli.interpreter import piece_interpreter
    from pieces_cli.publishing.client import PresentQuery
    from pieces_cli.publishing.publisher import Publisher

    with _client(workspace, api_url) as client:
        digest = source_digest(piece)
        query = PresentQuery(
            distribution=piece.distribution, version=piece.version, source_digest=digest
        )
        [found] = client.present([query])
        if found.status == "present":
            return _already_published(piece)
        publisher = Publisher(
            client=client,
            out=workspace.root / "dist",
            interpreter=lambda: piece_interpreter(workspace),
            allow_breaking=allow_breaking,
        )
        return _publish(publisher.prepare(piece, found, digest))


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


def _outcome(piece: PieceFolder, outcome: str, wheel: Path | None) -> Outcome:
    return Outcome(
        data={
            "piece": piece.name,
            "name": piece.distribution,
            "version": piece.version,
            "outcome": outcome,
            "wheel": str(wheel) if wheel else None,
        }
    )


def _client(workspace: Workspace, api_url: str | None) -> InstanceClient:
    from pieces_cli.publishing.client import InstanceClient
    from pieces_cli.publishing.instance_address import api_address, check_key
    from pieces_cli.publishing.instance_settings import instance_settings

    settings = instance_settings(workspace.root)
    url = api_url or settings.api_url
    address = api_address(answer(url, "Enter the API URL", flag="--api-url (or AP_API_URL)"))
    return InstanceClient(api_url=address, key=check_key(_api_key(settings.api_key)))


def _api_key(key: str | None) -> str:
    if key is None and has_terminal():
        source = choice(
            None,
            "Enter the API Key Source",
            flag="AP_API_KEY",
            choices=(FROM_ENVIRONMENT, BY_HAND),
            default=BY_HAND,
        )
        if source == BY_HAND:
            return answer(None, "Enter the API Key", flag="AP_API_KEY", hidden=True)
    if key is None:
        raise click.UsageError(
            "Missing AP_API_KEY: set it in the environment or in the workspace's .env file.",
            ctx=click.get_current_context(),
        )
    return key
