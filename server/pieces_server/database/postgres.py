"""How PostgreSQL is reached: the settings `AP_POSTGRES_...` as an address and options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from pieces_server.flushing import write_flushed
from pieces_server.settings import SettingsError, usable

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg
    from sqlalchemy import Connection

    from pieces_server.settings import Settings

_DRIVER: Final = "postgresql+psycopg"
_CA_FILE: Final = "postgres-ca.pem"
# A server that vanished without a word is given up after about a minute, not after hours.
_CONNECTION: Final[Mapping[str, str | int]] = {
    "application_name": "piecekit",
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 50_000,
}
# For requests: who waits longer has given up. https://www.postgresql.org/docs/current/runtime-config-client.html
_LIMITS: Final = """\
SET statement_timeout = '30s';
SET lock_timeout = '10s';
SET idle_in_transaction_session_timeout = '60s'"""
_NO_LIMITS: Final = """\
SET LOCAL statement_timeout = 0;
SET LOCAL lock_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0"""


def postgres_url(settings: Settings) -> URL:
    """Return the address, from `AP_POSTGRES_URL` or from the settings for its parts.

    Raises:
        SettingsError: if it cannot be understood. It is not repeated: it may have a password.
    """
    if settings.postgres_url is not None:
        return _parsed(settings.postgres_url.get_secret_value())
    password = settings.postgres_password
    return URL.create(
        _DRIVER,
        username=settings.postgres_username,
        password=None if password is None else password.get_secret_value(),
        host=settings.postgres_host,
        port=settings.postgres_port,
        database=settings.postgres_database,
    )


def postgres_name(url: URL) -> str:
    """Return how messages call the database: without user, password and options."""
    place = url.host or str(url.query.get("host", "the default socket"))
    if url.port is not None:
        place += f":{url.port}"
    return f"{url.database or ''!r} on {place!r}"


def postgres_options(settings: Settings, url: URL) -> dict[str, str | int]:
    """Return the connection's options by libpq's names, also for `AP_POSTGRES_USE_SSL`.

    Source: https://www.postgresql.org/docs/current/libpq-ssl.html

    Raises:
        SettingsError: if the certificate authority's file cannot be used.
    """
    options = dict(_CONNECTION)
    if settings.postgres_ssl_ca is not None:
        options["sslrootcert"] = str(_ca_path(settings, settings.postgres_ssl_ca))
        options["sslmode"] = "verify-full"
    elif settings.postgres_use_ssl and url.query.get("sslmode") not in {"verify-ca", "verify-full"}:
        options["sslmode"] = "require"
    return options


def limit_queries(connection: psycopg.Connection, _record: object) -> None:
    """Have a new connection give up queries that take too long, such as for a lock."""
    connection.execute(_LIMITS)
    connection.commit()


def lift_limits(connection: Connection) -> None:
    """Let the queries of a transaction take as long as they take."""
    connection.exec_driver_sql(_NO_LIMITS)


def _parsed(text: str) -> URL:
    # A bare `@` in a password would make the rest of it part of the host, which messages show.
    if text.partition("@")[2].count("@"):
        raise _not_understood("it has more than one `@`")
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # Not chained: what could not be parsed may be a part of the password.
        raise _not_understood("it is no URL") from None
    if url.drivername not in {"postgres", "postgresql"}:
        raise _not_understood("it does not begin with `postgresql://`")
    return url.set(drivername=_DRIVER)


def _not_understood(reason: str) -> SettingsError:
    return SettingsError(
        f"`AP_POSTGRES_URL` cannot be understood: {reason}",
        hint="the form is `postgresql://USER:PASSWORD@HOST:5432/DATABASE`, "
        "with `%40` for an `@` in the password, `%2F` for a `/`",
    )


def _ca_path(settings: Settings, value: str) -> Path:
    """Return the file of `AP_POSTGRES_SSL_CA`: libpq takes no text, so that is written to one."""
    if "-----BEGIN" not in value:
        path = Path(value).expanduser()
        if not path.is_file():
            raise SettingsError(
                f"`AP_POSTGRES_SSL_CA` names {value!r}, which is no file",
                hint="name a file of PEM certificates, or set their text",
            )
        return path
    path = settings.data_folder / _CA_FILE
    with usable(path):
        # An environment file has no line breaks in a value; they are written out there.
        write_flushed(path, value.replace("\\n", "\n"))
    return path
