"""The instance's settings, read from the environment under their documented `AP_*` names."""

from __future__ import annotations

from .errors import SettingsError, usable
from .instance_settings import PREFIX, DatabaseType, LogLevel, PiecesSource, Settings, setting_name
from .reading import read_settings

__all__ = [
    "PREFIX",
    "DatabaseType",
    "LogLevel",
    "PiecesSource",
    "Settings",
    "SettingsError",
    "read_settings",
    "setting_name",
    "usable",
]
