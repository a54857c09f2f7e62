"""The files of the package index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from pieces_framework.names import normalize_name
from pieces_framework.versions import Version
from pieces_server.database.tables import distributions, wheels

if TYPE_CHECKING:
    from pathlib import Path

    from pieces_server.database import Database
    from pieces_server.storage.wheel_folder import WheelFolder


@dataclass(frozen=True, kw_only=True)
class IndexFile:
    """A file of the package index."""

    version: str
    filename: str
    sha256: str
    requires_python: str


class PackageIndex:
    """Names, and the files of each."""

    def __init__(self, database: Database, folder: WheelFolder) -> None:
        self._database = database
        self._folder = folder

    def distributions(self) -> Sequence[str]:
        """Return the normalised names, sorted."""
        query = select(distributions.c.name).order_by(distributions.c.name)
        with self._database.reading() as connection:
            return [str(name) for name in connection.scalars(query)]

    def files(self, distribution: str) -> Sequence[IndexFile]:
        """Return the files of a distribution, oldest version first; none if it is unknown."""
        query = select(wheels).where(wheels.c.distribution == normalize_name(distribution))
        with self._database.reading() as connection:
            found = [
                IndexFile(
                    version=row.version,
                    filename=row.filename,
                    sha256=row.sha256,
                    requires_python=row.requires_python,
                )
                for row in connection.execute(query)
            ]
        return sorted(found, key=lambda file: Version.parse(file.version))

    def has_version(self, distribution: str, version: str) -> bool:
        """Whether there is a file of that version."""
        return any(file.version == version for file in self.files(distribution))

    def path(self, distribution: str, filename: str) -> Path | None:
        """Return where a file lies, or `None` if there is no such file."""
        for file in self.files(distribution):
            if file.filename == filename:
                return self._folder.path(file.sha256)
        return None
