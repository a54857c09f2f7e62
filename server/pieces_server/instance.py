"""What an instance is made of, and how routes reach it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import Request

from .access.bad_keys import BadKeys
from .access.keys import ApiKeys
from .checking.checker import Checker
from .database import Database, open_database
from .database.opening import told_unusable
from .errors import EngineOperationError
from .registry.catalogue import Catalogue
from .registry.collecting import collect_leftovers
from .registry.database_source import DatabaseSource
from .registry.package_index import PackageIndex
from .registry.publishing import Publishing
from .registry.withdrawing import Withdrawing
from .settings import PiecesSource
from .storage.identity import check_identity
from .storage.wheel_folder import WheelFolder

if TYPE_CHECKING:
    from .registry.other_index import OtherIndex
    from .settings import Settings


@dataclass(frozen=True, kw_only=True)
class Instance:
    """The parts of an instance over one database and one data folder."""

    settings: Settings
    database: Database
    folder: WheelFolder
    keys: ApiKeys
    bad_keys: BadKeys
    checker: Checker
    publishing: Publishing
    catalogue: Catalogue
    withdrawing: Withdrawing
    index: PackageIndex
    other_index: OtherIndex | None
    """Where pieces of type `REGISTRY` come from; `None` if the administrator named none."""

    def require_publishing(self) -> None:
        """Refuse what adds or withdraws versions, where pieces are those of a workspace.

        Raises:
            EngineOperationError: if they are.
        """
        if self.settings.pieces_source is PiecesSource.FILE:
            # The documented text, to the letter.
            raise EngineOperationError(
                "Creating pieces is not supported in development mode",
                hint="the instance shows the pieces of a workspace (`AP_PIECES_SOURCE`): save the"
                " piece there, or publish it to another instance",
            )


def open_instance(settings: Settings) -> Instance:
    """Open the database and the data folder, which must exist.

    What publishers left behind that were cut off is removed here: each process that starts does
    it, also one that takes the place of a worker that crashed.

    Raises:
        SettingsError: if either cannot be used, or they are not of one instance; also if the
            settings name pieces that are not there, or another index that cannot be one.
        DatabaseUnavailableError: if the database does not answer.
    """
    database = open_database(settings)
    with told_unusable(database):
        check_identity(database, settings.data_folder)
        folder = WheelFolder(settings.data_folder)
        collect_leftovers(database, folder)
    catalogue = _catalogue(settings, database)
    checker = Checker()
    return Instance(
        settings=settings,
        database=database,
        folder=folder,
        keys=ApiKeys(database),
        bad_keys=BadKeys(),
        checker=checker,
        publishing=Publishing(
            database,
            folder,
            checker=checker,
            max_file_bytes=settings.max_file_size_bytes,
        ),
        catalogue=catalogue,
        withdrawing=Withdrawing(database),
        index=PackageIndex(database, folder),
        other_index=_other_index(settings),
    )


def instance_of(request: Request) -> Instance:
    """Return the instance that answers a request."""
    found: Instance = request.app.state.instance
    return found


def _catalogue(settings: Settings, database: Database) -> Catalogue:
    if settings.pieces_source is PiecesSource.FILE:
        from .registry.workspace_source import WorkspaceCatalogue, open_workspace_source

        return WorkspaceCatalogue(open_workspace_source(settings))
    return Catalogue(DatabaseSource(database))


def _other_index(settings: Settings) -> OtherIndex | None:
    """Return the index that the administrator named, if any; its client takes long to import."""
    if settings.registry_url is None:
        return None
    from .registry.other_index import open_other_index

    return open_other_index(settings)
