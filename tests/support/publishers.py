"""Many who publish at once, each over a connection of its own, and what a database then holds."""

from __future__ import annotations

import asyncio
import hashlib
import io
import random
import sqlite3
import zipfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import psycopg

from tests.support.publishing import FORM
from tests.support.raw_requests import raw_upload
from tests.support.wheels import wheel_files, with_record


@dataclass(frozen=True, kw_only=True)
class Publication:
    """A wheel, and what it is published as."""

    name: str
    version: str
    wheel: bytes

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.wheel).hexdigest()

    @property
    def filename(self) -> str:
        return f"{self.name.replace('-', '_')}-{self.version}-py3-none-any.whl"


def make_publication(
    name: str, version: str, chance: random.Random, size_bytes: int = 16
) -> Publication:
    """Make a wheel of a piece around random data: no two have the same bytes."""
    data = {f"{name.replace('-', '_')}/data": chance.randbytes(size_bytes)}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path, text in with_record(wheel_files(name, version) | data).items():
            archive.writestr(zipfile.ZipInfo(path), text)
    return Publication(name=name, version=version, wheel=content.getvalue())


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """One who publishes, over a connection that is open."""

    host: str
    key: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def connected(cls, url: str, key: str) -> Self:
        """Connect to the instance at `url`."""
        host = urlsplit(url).netloc
        reader, writer = await asyncio.open_connection(*host.split(":"))
        return cls(host=host, key=key, reader=reader, writer=writer)

    async def publish(self, publication: Publication) -> int:
        """Publish, and return the answer's status.

        Raises:
            ConnectionError: if there was no whole answer.
        """
        try:
            self.writer.write(self._request(publication))
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = head.partition("content-length: ")[2].partition("\r\n")[0]
            await self.reader.readexactly(int(length))
        except EOFError as error:
            raise ConnectionResetError from error
        return int(head.split()[1])

    def close(self) -> None:
        """Close the connection."""
        self.writer.close()

    def _request(self, publication: Publication) -> bytes:
        return raw_upload(
            self.host,
            "/api/v1/pieces",
            {"Authorization": f"Bearer {self.key}"},
            {**FORM, "pieceName": publication.name, "pieceVersion": publication.version},
            ("pieceArchive", publication.filename, publication.wheel),
        )


def rows(data_folder: Path, database: Mapping[str, str], query: str) -> list[tuple[object, ...]]:
    """Ask the database of an instance directly, not by the code under test.

    Args:
        data_folder: the instance's, for its file of SQLite.
        database: the settings that name the database; none for SQLite.
        query: in SQL that both databases understand.
    """
    if database:
        with psycopg.connect(database["AP_POSTGRES_URL"]) as server:
            return server.execute(query.encode()).fetchall()
    with closing(sqlite3.connect(data_folder / "piecekit.db")) as file:
        return file.execute(query).fetchall()
