"""A login that PostgreSQL refuses, told apart from a server that does not answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError

from pieces_server.settings import SettingsError

from .unavailable import DatabaseUnavailableError, reason_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pieces_server.settings import Settings

# By the text: libpq gives no code for a connection that failed. What is not here, such as a server
# that is starting, or any text in another language, passes as no answer, which may be tried again.
_SETTINGS: Final[Mapping[str, str]] = {
    r'password authentication failed for user ".*?"': "USERNAME PASSWORD",
    r"no password supplied": "PASSWORD",
    r'(role|user) ".*?" (does not exist|is not permitted to log in)': "USERNAME",
    r'database ".*?" does not exist': "DATABASE",
    r'permission denied for database ".*?"': "DATABASE USERNAME",
    r'pg_hba\.conf (entry|rejects connection) for host [^,]*, user ".*?"': "USERNAME",
    r"server does not support SSL, but SSL was required": "USE_SSL SSL_CA",
}


def refusal(
    error: DatabaseUnavailableError, database: str, settings: Settings
) -> SettingsError | None:
    """Return what to raise instead of `error` if the server has answered, with a refusal.

    Args:
        error: what came of connecting.
        database: its name, without secrets.
        settings: those that it was connected to by.
    """
    cause = error.__cause__
    if not isinstance(cause, DBAPIError):
        return None
    said = reason_of(cause)
    for pattern, names in _SETTINGS.items():
        if found := re.search(pattern, said):
            return SettingsError(
                f"the database {database} refuses the login: {found[0]}",
                hint=_hint(names.split(), settings),
            )
    return None


def _hint(names: list[str], settings: Settings) -> str:
    if "USERNAME" in names and settings.postgres_url is None and not settings.postgres_username:
        return "set `AP_POSTGRES_USERNAME`: without it, the name of the system's user is taken"
    if settings.postgres_url is not None and "USE_SSL" not in names:
        return "mend `AP_POSTGRES_URL`"
    return "mend " + " or ".join(f"`AP_POSTGRES_{name}`" for name in names)
