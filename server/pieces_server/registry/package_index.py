"""The names and files of the package index, as the database has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import bindparam, func, select

from pieces_framework.versions import Version
from pieces_server.database.lookup import Lookup
from pieces_server.database.tables import core_metadata, distributions, wheels

if TYPE_CHECKING:
    from pathlib import Path

    from pieces_server.database import Database
    from pieces_server.storage.wheel_folder import WheelFolder


class IndexFile(NamedTuple):
    """A file of the package index. A page may have 10,000 of them."""

    version: str
    filename: str
    sha256: str
    size_bytes: int
    requires_python: str
    metadata_sha256: str
    """Empty if the file's metadata is not served by itself."""
    uploaded: str
    """ISO 8601 in UTC; empty for a file of before this was noted."""
    yanked: str | None
    """When it was yanked."""
    yank_reason: str
    deprecated: str | None
    """When it was deprecated."""
    deprecation_reason: str


class StoredFile(NamedTuple):
    """Where a file of the index lies. It never changes, nor does what lies there."""

    path: Path
    sha256: str
    size_bytes: int


class StoredMetadata(NamedTuple):
    """The core metadata of a file. It never changes."""

    content: bytes
    sha256: str


_COUNT: Final = select(func.count()).select_from(distributions)
_NAMES: Final = select(distributions.c.name).order_by(distributions.c.name)
_REVISION: Final = select(distributions.c.revision).where(
    distributions.c.name == bindparam("distribution")
)
_OF_DISTRIBUTION: Final = wheels.c.distribution == bindparam("distribution")
_OF_VERSION: Final = _OF_DISTRIBUTION & (wheels.c.version == bindparam("version"))
_OF_FILE: Final = _OF_VERSION & (wheels.c.filename == bindparam("filename"))
_FILES: Final = select(*(wheels.c[field] for field in IndexFile._fields)).where(_OF_DISTRIBUTION)
_VERSION: Final = select(wheels.c.version).where(_OF_VERSION)
_FILE: Final = select(wheels.c.sha256, wheels.c.size_bytes).where(_OF_FILE)
_METADATA: Final = (
    select(core_metadata.c.content, wheels.c.metadata_sha256)
    .join_from(wheels, core_metadata)
    .where(_OF_FILE)
)


class PackageIndex:
    """Names, and the files of each. Names are the normalised ones. Source: PEP 503."""

    def __init__(self, database: Database, folder: WheelFolder) -> None:
        self._database = database
        self._folder = folder
        self._count = Lookup(database, _COUNT)
        self._revision = Lookup(database, _REVISION)
        self._version = Lookup(database, _VERSION)
        self._file = Lookup(database, _FILE)
        self._metadata = Lookup(database, _METADATA)

    def size(self) -> int:
        """Return how many names there are. A name is never removed."""
        row = self._count.first()
        return 0 if row is None else row[0]

    def distributions(self) -> Sequence[str]:
        """Return the names, sorted."""
        with self._database.reading() as connection:
            return [str(name) for name in connection.scalars(_NAMES)]

    def revision(self, distribution: str) -> int | None:
        """Return what changes with anything below the name, or `None` if it is unknown."""
        row = self._revision.first(distribution=distribution)
        return None if row is None else row[0]

    def files(self, distribution: str) -> Sequence[IndexFile]:
        """Return the files of a distribution, oldest version first; none if it is unknown."""
        with self._database.reading() as connection:
            rows = connection.execute(_FILES, {"distribution": distribution}).all()
        return sorted((IndexFile(*row) for row in rows), key=lambda file: _order(file.version))

    def has_version(self, distribution: str, version: str) -> bool:
        """Whether there is a file of that version."""
        return self._version.first(distribution=distribution, version=version) is not None

    def find_file(self, distribution: str, filename: str) -> StoredFile | None:
        """Return where a file lies, or `None` if there is no such file."""
        row = self._file.first(**_file_key(distribution, filename))
        return None if row is None else StoredFile(self._folder.path(row[0]), row[0], row[1])

    def find_metadata(self, distribution: str, filename: str) -> StoredMetadata | None:
        """Return the core metadata of a file, or `None` if it is not there. Source: PEP 658."""
        row = self._metadata.first(**_file_key(distribution, filename))
        return None if row is None else StoredMetadata(*row)


def _order(version: str) -> tuple[int, int, int]:
    parsed = Version.parse(version)
    return parsed.major, parsed.minor, parsed.patch


def _file_key(distribution: str, filename: str) -> dict[str, str]:
    """Return a wheel's key: its file is called NAME-VERSION-..., and version is the row's key."""
    parts = filename.split("-", 2)
    version = parts[1] if len(parts) == 3 else ""
    return {"distribution": distribution, "version": version, "filename": filename}
