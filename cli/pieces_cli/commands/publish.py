"""`pieces publish`, also `publish-piece-to-api`: a piece's wheel, uploaded to an instance."""

from __future__ import annotations

from typing import Final

import click

from pieces_cli.prompts import answer, choice, has_terminal
from pieces_cli.reporting import ReportingCommand

FROM_ENVIRONMENT: Final = "Env Variable (AP_API_KEY)"
BY_HAND: Final = "Manually"


@click.command("publish-piece-to-api", cls=ReportingCommand)
@click.option("--name", help="The piece's folder name.")
@click.option("--api-url", "--apiUrl", help="The instance, with or without /api; or AP_API_URL.")
def publish_piece_to_api(name: str | None, api_url: str | None) -> None:
    """Build a piece and publish it to an instance.

    The API key is taken from AP_API_KEY: from the environment, or from the workspace's .env file.
    """
    from pieces_cli.workspace import require_workspace

    workspace = require_workspace()
    piece = workspace.find(answer(name, "Enter the piece folder name", flag="--name"))

    from pieces_cli.building.wheel import build_wheel
    from pieces_cli.interpreter import piece_interpreter
    from pieces_cli.publishing.client import InstanceClient, api_address, check_key
    from pieces_cli.publishing.instance_settings import instance_settings

    settings = instance_settings(workspace.root)
    url = api_url or settings.api_url
    address = api_address(answer(url, "Enter the API URL", flag="--api-url (or AP_API_URL)"))
    client = InstanceClient(api_url=address, key=check_key(_api_key(settings.api_key)))
    wheel = build_wheel(piece, python=piece_interpreter(workspace), out=workspace.root / "dist")
    click.echo(f"Piece '{piece.name}' built and packed successfully at {wheel.path}")
    click.echo(f"Uploading {wheel.path}")
    if client.publish(piece, wheel):
        click.echo(f"Piece '{piece.distribution}' published.")
    else:
        click.echo(f"Piece '{piece.distribution}' and '{piece.version}' already published.")


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
