"""`restore FILE`: makes an instance of a backup, where there is none yet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from pieces_server.settings import Settings

    from . import Commands


def register(commands: Commands) -> None:
    """Add the command to the program's."""
    parser = commands.add_parser(
        "restore", help="restore a backup into an empty database and data folder"
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="what `backup` has written")
    parser.set_defaults(run=run)


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Check the backup, restore it, and say what was in it."""
    from pieces_server.backup.reading import open_backup
    from pieces_server.backup.restoring import restore
    from pieces_server.database.opening import checked_database
    from pieces_server.settings import usable
    from pieces_server.storage.data_folder_lock import held_data_folder

    path: Path = options.file
    with open_backup(path) as backup, held_data_folder(settings, exclusive=True):
        with checked_database(settings) as database, usable(settings.data_folder):
            restore(backup, database, settings.data_folder)
        rows = backup.manifest.rows
    print(f"restored {rows['wheels']} wheels and {rows['api_keys']} API keys from {str(path)!r}")
    return 0
