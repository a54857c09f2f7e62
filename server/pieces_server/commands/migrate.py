"""`migrate [REVISION]`: brings the tables to a revision, forwards or backwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    parser.set_defaults(run=run)


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Migrate, while nobody uses the instance."""
    from pieces_server.database.migrating import HEAD, known_revisions, migrate
    from pieces_server.database.opening import connect_checked, told_unusable
    from pieces_server.settings import SettingsError
    from pieces_server.storage.data_folder_lock import held_data_folder

    revision: str = HEAD if options.revision == "head" else options.revision
    if revision not in known_revisions():
        raise SettingsError(
            f"there is no revision {revision!r}", hint=f"one of {', '.join(known_revisions())}"
        )
    with held_data_folder(settings, exclusive=True):
        database = connect_checked(settings)
        with told_unusable(database):
            migrate(database, revision)
        database.close()
    print(f"the tables of the database {database.name} are of revision {revision}")
    return 0
