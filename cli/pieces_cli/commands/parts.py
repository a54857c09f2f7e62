"""`actions create` and `triggers create`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from pieces_cli.prompts import answer, choice
from pieces_cli.reporting import ReportingGroup

if TYPE_CHECKING:
    from pieces_cli.registration import PartKind

TECHNIQUES: Final = ("polling", "webhook")


@click.group(cls=ReportingGroup)
def actions() -> None:
    """The actions of a piece."""


@click.group(cls=ReportingGroup)
def triggers() -> None:
    """The triggers of a piece."""


@actions.command("create")
@click.option("--piece", help="The piece's folder name.")
@click.option("--name", "display_name", help="What users read, such as 'Get Flavor'.")
@click.option("--description", help="What the action does, in a sentence.")
def create_action(piece: str | None, display_name: str | None, description: str | None) -> None:
    """Make an action with a test, and register it in its piece."""
    piece = answer(piece, "Enter the piece folder name:", flag="--piece")
    display_name = answer(display_name, "Enter the action display name:", flag="--name")
    description = answer(description, "Enter the action description:", flag="--description")
    _create("action", "action", piece, display_name, description)


@triggers.command("create")
@click.option("--piece", help="The piece's folder name.")
@click.option("--name", "display_name", help="What users read, such as 'New Flavor'.")
@click.option("--description", help="What the trigger notices, in a sentence.")
@click.option(
    "--technique",
    type=click.Choice(TECHNIQUES),
    help="Whether it asks the service on a schedule, or the service calls.",
)
def create_trigger(
    piece: str | None, display_name: str | None, description: str | None, technique: str | None
) -> None:
    """Make a trigger with a test, and register it in its piece."""
    piece = answer(piece, "Enter the piece folder name:", flag="--piece")
    display_name = answer(display_name, "Enter the trigger display name:", flag="--name")
    description = answer(description, "Enter the trigger description:", flag="--description")
    technique = choice(
        technique,
        "Select the trigger technique:",
        flag="--technique",
        choices=TECHNIQUES,
        default="webhook",
    )
    _create("trigger", f"{technique}_trigger", piece, display_name, description)


def _create(kind: PartKind, template: str, piece: str, display_name: str, description: str) -> None:
    from pieces_cli.new_part import NewPart, create_part
    from pieces_cli.workspace import require_workspace

    workspace = require_workspace()
    folder = workspace.find(piece)
    part = NewPart(kind=kind, template=template, display_name=display_name, description=description)
    path = create_part(folder, part).relative_to(workspace.root)
    click.echo(f"Piece path: {folder.path.relative_to(workspace.root)}")
    click.echo(f"✨  {kind.capitalize()} {path} created, and registered in its piece")
