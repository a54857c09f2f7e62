"""What an instance is made of, and how routes reach it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import Request

from .access.keys import ApiKeys
from .database import Database, open_database
from .registry.catalogue import Catalogue
from .registry.package_index import PackageIndex
from .registry.publishing import Publishing
from .storage.wheel_folder import WheelFolder

if TYPE_CHECKING:
    from .settings import Settings


@dataclass(frozen=True, kw_only=True)
class Instance:
    """The parts of an instance over one database and one data folder."""

    settings: Settings
    database: Database
    folder: WheelFolder
    keys: ApiKeys
    publishing: Publishing
    catalogue: Catalogue
    index: PackageIndex


def open_instance(settings: Settings) -> Instance:
    """Open the database and the data folder, which must exist.

    Raises:
        SettingsError: if either cannot be used.
    """
    database = open_database(settings)
    folder = WheelFolder(settings.data_folder)
    catalogue = Catalogue(database)
    return Instance(
        settings=settings,
        database=database,
        folder=folder,
        keys=ApiKeys(database),
        publishing=Publishing(database, folder, catalogue),
        catalogue=catalogue,
        index=PackageIndex(database, folder),
    )


def instance_of(request: Request) -> Instance:
    """Return the instance that answers a request."""
    found: Instance = request.app.state.instance
    return found
