"""Removing files that nothing names: what publishers left that were cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from pieces_server.database.tables import wheels

if TYPE_CHECKING:
    from pieces_server.database import Database
    from pieces_server.storage.wheel_folder import WheelFolder


def collect_leftovers(database: Database, folder: WheelFolder) -> bool:
    """Remove them; return `False`, and do nothing, if somebody is publishing, in any process."""
    with folder.collecting() as undisturbed:
        if undisturbed:
            with database.reading() as connection:
                known = {str(sha256) for sha256 in connection.scalars(select(wheels.c.sha256))}
            folder.remove_leftovers(known)
        return undisturbed
