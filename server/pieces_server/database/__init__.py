"""The instance's database: tables, connections and migrations."""

from __future__ import annotations

from .connection import Database
from .opening import open_database
from .unavailable import DatabaseUnavailableError

__all__ = ["Database", "DatabaseUnavailableError", "open_database"]
