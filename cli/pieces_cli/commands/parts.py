"""`actions create` and `triggers create`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from pieces_cli.prompts import answer, choice
from pieces_cli.reporting import ReportingCommand

if TYPE_CHECKING:
    from pieces_cli.scaffolding.new_part import NewPart
    from pieces_cli.workspace import PieceFolder, Workspace

TECHNIQUES: Final = ("polling", "webhook")


@click.group()
def actions() -> None:
    """The actions of a piece."""


@click.group()
def triggers() -> None:
    """The triggers of a piece."""


@actions.command("create", cls=ReportingCommand)
@click.option("--piece", help="The piece's folder name.")
@click.option("--name", "display_name", help="What users read, such as 'Get Flavor'.")
@click.option("--description", help="What the action does, in a sentence.")
def create_action(piece: str | None, display_name: str | None, description: str | None) -> None:
    """Make an action with a test, and register it in its piece."""
    from pieces_cli.scaffolding.new_part import NewPart

    workspace, folder = _find(piece)
    display_name = _display_name(display_name, "Enter the action display name:")
    description = answer(description, "Enter the action description:", flag="--description")
    part = NewPart(
        kind="action", template="action", display_name=display_name, description=description
    )
    _create(workspace, folder, part)


@triggers.command("create", cls=ReportingCommand)
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
    from pieces_cli.scaffolding.new_part import NewPart

    workspace, folder = _find(piece)
    display_name = _display_name(display_name, "Enter the trigger display name:")
    description = answer(description, "Enter the trigger description:", flag="--description")
    technique = choice(
        technique,
        "Select the trigger technique:",
        flag="--technique",
        choices=TECHNIQUES,
        default="webhook",
    )
    part = NewPart(
        kind="trigger",
        template=f"{technique}_trigger",
        display_name=display_name,
        description=description,
    )
    _create(workspace, folder, part)


def _find(piece: str | None) -> tuple[Workspace, PieceFolder]:
    from pieces_cli.workspace import require_workspace

    workspace = require_workspace()
    name = answer(piece, "Enter the piece folder name:", flag="--piece")
    return workspace, workspace.find(name)


def _display_name(given: str | None, question: str) -> str:
    from pieces_cli.scaffolding.naming import part_name

    display_name = answer(given, question, flag="--name")
    part_name(display_name)  # before more is asked
    return display_name


def _create(workspace: Workspace, folder: PieceFolder, part: NewPart) -> None:
    from pieces_cli.scaffolding.new_part import create_part

    path = create_part(folder, part).relative_to(workspace.root)
    click.echo(f"Piece path: {folder.path.relative_to(workspace.root)}")
    click.echo(f"✨  {part.kind.capitalize()} {path} created, and registered in its piece")
