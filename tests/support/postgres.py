"""A real PostgreSQL server for the tests of a process, and new databases on it."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
import trustme

REQUIRED = "PIECEKIT_REQUIRE_POSTGRES"
"""Set to 1 where a machine without PostgreSQL shall fail the tests instead of skipping them."""


def missing() -> str:
    """Say why there can be no server here; empty if there can."""
    if _programs() is None:
        return "PostgreSQL's server is not installed: install the package postgresql"
    return ""


@dataclass(frozen=True)
class Postgres:
    """A server that listens on a socket in a temporary folder, and perhaps on a port with TLS."""

    folder: Path
    programs: Path
    port: int | None
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def new_database(self) -> dict[str, str]:
        """Make an empty database and return the settings that name it."""
        return {"AP_DB_TYPE": "POSTGRES", "AP_POSTGRES_URL": self.address(self._new_name())}

    def new_database_by_port(self) -> dict[str, str]:
        """As `new_database`; the settings name it by host and port."""
        return {
            "AP_DB_TYPE": "POSTGRES",
            "AP_POSTGRES_HOST": "localhost",
            "AP_POSTGRES_PORT": str(self.port),
            "AP_POSTGRES_DATABASE": self._new_name(),
            "AP_POSTGRES_USERNAME": "postgres",
        }

    def address(self, database: str) -> str:
        return f"postgres://postgres@/{database}?host={self.folder}"

    def start(self) -> None:
        # On the disk as in life: what a test says of crashes is not about PostgreSQL's own.
        options = f"-k {self.folder} -c max_connections=200 -c shared_buffers=32MB"
        if self.port is None:
            options += " -c listen_addresses="
        else:
            options += f" -c listen_addresses=127.0.0.1 -p {self.port} -c ssl=on"
        self._control("-l", self.folder / "log", "-o", options, "start")

    def stop(self) -> None:
        """Stop it at once, as a crash does."""
        self._control("-m", "immediate", "stop")

    def _control(self, *arguments: str | Path) -> None:
        _run(self.programs / "pg_ctl", "-D", self.folder / "data", "-w", *arguments)

    def _new_name(self) -> str:
        name = f"piecekit_{next(self._numbers)}"
        address = self.address("postgres")
        if self.port is not None:
            address += f"&port={self.port}"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return name


@contextmanager
def running_postgres(certificate: trustme.LeafCert | None = None) -> Generator[Postgres]:
    """Start a server; as root it runs as the user `postgres`, as it refuses root.

    Args:
        certificate: with one, it listens on a port of the loopback address too, with TLS.
    """
    programs = _programs()
    if programs is None:
        reason = missing()
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        data = folder / "data"
        _run(programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync")
        if certificate is not None:
            _write_certificate(data, certificate)
        server = Postgres(folder, programs, _free_port() if certificate else None)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _write_certificate(data: Path, certificate: trustme.LeafCert) -> None:
    (data / "server.crt").write_bytes(certificate.cert_chain_pems[0].bytes())
    key = data / "server.key"
    key.write_bytes(certificate.private_key_pem.bytes())
    key.chmod(0o600)
    if os.geteuid() == 0:
        for path in (key, data / "server.crt"):
            shutil.chown(path, "postgres", "postgres")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def _run(*command: str | Path) -> None:
    user = "postgres" if os.geteuid() == 0 else None
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    subprocess.run(
        command,
        user=user,
        group=pwd.getpwnam(user).pw_gid if user else None,
        extra_groups=[] if user else None,
        cwd="/",
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _programs() -> Path | None:
    """Return the folder of the newest `initdb`; Debian keeps it off the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if debian:
        return debian[-1].parent
    found = shutil.which("initdb")
    return Path(found).parent if found else None
