"""`actions create` and `triggers create`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from pieces_cli.piece_choice import chosen_piece
from pieces_cli.prompts import answer, choice
from pieces_cli.reporting import Outcome, ReportingCommand, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from pieces_cli.scaffolding.new_part import NewPart, PartFiles
    from pieces_engine.workspace.folders import PieceFolder, Workspace
    from pieces_framework import JsonValue

    CommandT = TypeVar("CommandT", bound=Callable[..., Any])  # click's decorators take any

TECHNIQUES: Final = ("polling", "webhook")


@click.group()
def actions() -> None:
    """The actions of a piece."""


@click.group()
def triggers() -> None:
    """The triggers of a piece."""


def _options(example: str, says: str) -> Callable[[CommandT], CommandT]:
    """Return the options that both commands have."""
    given = (
        click.option(
            "--piece", help="The piece's folder name.  [default: the piece of this folder]"
        ),
        click.option("--name", "display_name", help=f"What users read, such as '{example}'."),
        click.option("--description", help=says),
        click.option("--dry-run", is_flag=True, help="Print what would be written, write nothing."),
    )

    def add(command: CommandT) -> CommandT:
        for option in reversed(given):
            command = option(command)
        return command

    return add


@actions.command("create", cls=ReportingCommand, schema="pieces.actions.create/1")
@_options("Get Flavor", "What the action does, in a sentence.")
def create_action(
    piece: str | None, display_name: str | None, description: str | None, *, dry_run: bool
) -> Outcome:
    """Make an action with a test, and register it in its piece.

    What no option says is asked for; without a terminal --name and --description
    must be given. The action uses the first auth of the piece's auth.py.
    """
    from pieces_cli.scaffolding.new_part import NewPart

    workspace, folder = _find(piece)
    display_name = _display_name(display_name, "Enter the action display name:")
    description = answer(description, "Enter the action description:", flag="--description")
    part = NewPart(
        kind="action", template="action", display_name=display_name, description=description
    )
    return _create(workspace, folder, part, dry_run=dry_run)


@triggers.command("create", cls=ReportingCommand, schema="pieces.triggers.create/1")
@_options("New Flavor", "What the trigger notices, in a sentence.")
@click.option(
    "--technique",
    type=click.Choice(TECHNIQUES),
    help="Whether it asks the service on a schedule, or the service calls.  [default: webhook]",
)
def create_trigger(
    piece: str | None,
    display_name: str | None,
    description: str | None,
    technique: str | None,
    *,
    dry_run: bool,
) -> Outcome:
    """Make a trigger with a test, and register it in its piece.

    What no option says is asked for; without a terminal --name and --description
    must be given. The trigger uses the first auth of the piece's auth.py.
    """
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
    return _create(workspace, folder, part, dry_run=dry_run)


def _find(name: str | None) -> tuple[Workspace, PieceFolder]:
    from pieces_engine.workspace.folders import require_workspace

    workspace = require_workspace()
    question = "Enter the piece folder name:"
    return workspace, chosen_piece(workspace, name, flag="--piece", question=question)


def _display_name(given: str | None, question: str) -> str:
    from pieces_cli.scaffolding.naming import part_name

    return answer(given, question, flag="--name", check=part_name)


def _create(workspace: Workspace, folder: PieceFolder, part: NewPart, *, dry_run: bool) -> Outcome:
    from pieces_cli.scaffolding.new_part import part_files

    files = part_files(folder, part)
    if not dry_run:
        files.write()
    created = [path.relative_to(workspace.root).as_posix() for path in sorted(files.created)]
    changed = [path.relative_to(workspace.root).as_posix() for path in files.changed]
    if dry_run:
        for path in created:
            say(f"would write {path}")
        for path in changed:
            say(f"would change {path}")
    else:
        _say_done(workspace, folder, part, files)
    data: dict[str, JsonValue] = {
        "piece": folder.name,
        "package": folder.distribution,
        "name": files.name,
        "displayName": part.display_name,
        "auth": files.auth.name or None,
        "path": files.module.relative_to(workspace.root).as_posix(),
        "created": [*created],
        "changed": [*changed],
        "toFillIn": [*files.auth.to_fill_in],
        "dryRun": dry_run,
    }
    return Outcome(data=data)


def _say_done(workspace: Workspace, folder: PieceFolder, part: NewPart, files: PartFiles) -> None:
    module = files.module.relative_to(workspace.root).as_posix()
    test = files.test.relative_to(workspace.root).as_posix()
    say(f"Piece path: {folder.path.relative_to(workspace.root)}")
    say(f"✨  {part.kind.capitalize()} {module} created, and registered in its piece")
    if files.auth.to_fill_in:
        say(f"Its test is skipped until you fill in {', '.join(files.auth.to_fill_in)}: {test}")
    say("Next: call the service in it, then")
    say(f"  pieces check {folder.name}")
    say(f"  pieces test {folder.name}")
