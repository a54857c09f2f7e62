"""`migrate [REVISION]`: brings the tables to a revision, forwards or backwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pieces_framework.errors import PieceError

if TYPE_CHECKING:
    import argparse

    from pieces_server.settings import Settings

    from . import Commands


def register(commands: Commands) -> None:
    """Add the command to the program's."""
    parser = commands.add_parser(
        "migrate", help="bring the tables to a revision, such as that of an older version"
    )
    parser.add_argument(
        "revision",
        nargs="?",
        default="head",
        metavar="REVISION",
        help="such as 0002; default: the newest, to which a start brings them as well",
    )
    parser.add_argument(
        "--force", action="store_true", help="even if what an older version has no place for goes"
    )
    parser.set_defaults(run=run, makes_folder=False)


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Migrate, while nobody uses the instance, and say what that has removed."""
    from pieces_server.audit import COMMAND_LINE
    from pieces_server.database.migrating import HEAD, known_revisions, losses, migrate
    from pieces_server.database.opening import checked_database
    from pieces_server.settings import SettingsError
    from pieces_server.storage.data_folder_lock import held_data_folder, require_instance

    require_instance(settings)
    revision: str = HEAD if options.revision == "head" else options.revision
    if revision not in known_revisions():
        raise SettingsError(
            f"there is no revision {revision!r}", hint=f"one of {', '.join(known_revisions())}"
        )
    with held_data_folder(settings, exclusive=True), checked_database(settings) as database:
        lost = losses(database, revision)
        if lost and not options.force:
            raise PieceError(
                f"revision {revision} has no place for {', '.join(lost)}",
                hint="make a backup, then add --force to remove them",
            )
        migrate(database, revision, COMMAND_LINE)
    for what in lost:
        print(f"removed {what}")
    print(f"the tables of the database {database.name} are of revision {revision}")
    return 0
