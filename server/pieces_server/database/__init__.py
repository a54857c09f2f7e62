"""The instance's database: tables, connections and migrations."""

from __future__ import annotations

from .connection import Database
from .opening import open_database

__all__ = ["Database", "open_database"]
