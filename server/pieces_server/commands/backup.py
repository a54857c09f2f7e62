"""`backup FILE`: writes all of the instance to one file, while it serves."""

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
        "backup", help="write all of the instance to one file, also while it runs"
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="the file to write, a tar archive")
    parser.add_argument("--force", action="store_true", help="overwrite FILE if it is there")
    parser.set_defaults(run=run, makes_folder=False)


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Write the backup, and say what is in it."""
    from pieces_server.backup.errors import BackupError
    from pieces_server.backup.writing import write_backup
    from pieces_server.database.opening import checked_database
    from pieces_server.settings import usable
    from pieces_server.storage.data_folder_lock import held_data_folder, require_instance
    from pieces_server.storage.wheel_folder import WheelFolder

    require_instance(settings)
    path: Path = options.file
    if path.exists() and not options.force:
        raise BackupError(f"{str(path)!r} is there already", hint="name another, or add --force")
    with held_data_folder(settings, exclusive=False), checked_database(settings) as database:
        with usable(settings.data_folder):
            folder = WheelFolder(settings.data_folder)
        manifest = write_backup(database, folder, path)
    size_mb = path.stat().st_size / 1024 / 1024
    print(f"backed up {manifest.rows['wheels']} wheels, {size_mb:.1f} MB, to {str(path)!r}")
    return 0
