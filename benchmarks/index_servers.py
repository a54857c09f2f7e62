"""The package indexes that `benchmarks.index` measures, each a process of its own on loopback.

The peers come from `.venv-benchmarks`. Each runs as fast as its documentation tells how to, without
looking anything up elsewhere; what it does not ask of a reader, such as a key, it is not made to.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx

from pieces_server.audit import INSTANCE
from pieces_server.instance import open_instance
from pieces_server.settings import Settings
from tests.support.instance import launched_instance
from tests.support.publishers import Publication
from tests.support.publishing import FORM as PIECE_FORM
from tests.support.raw_requests import raw_request, raw_upload

NAME: Final = "piece-bench"
PEERS: Final = Path(__file__).parent.parent / ".venv-benchmarks" / "bin"
START_S: Final = 60
PASSWORD: Final = "benchmark"
HASH_PASSWORD: Final = (
    "import sys; from devpi_server.auth import *; print(hash_password(sys.argv[1]))"
)
IMPORT: Final = """
import itertools, sys
from devpi_server import importexport, model

last, calls = int(sys.argv.pop(1)), itertools.count(1)
regenerate = model.PrivateStage._regen_simplelinks

def regenerate_last(*arguments):
    if next(calls) >= last:
        regenerate(*arguments)

model.PrivateStage._regen_simplelinks = regenerate_last
sys.exit(importexport.import_())
"""
FORM: Final = {":action": "file_upload", "protocol_version": "1", "filetype": "bdist_wheel"}


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running index, and how it is asked."""

    name: str
    host: str
    """With the port in it."""
    page: str
    """The path of the distribution's page."""
    upload: Callable[[Publication], bytes]
    """Makes the whole request that publishes a wheel, in the form that twine sends."""
    headers: Mapping[str, str]
    """What a reader must send."""
    publish: Callable[[Publication], bytes] | None = None
    """As `upload`, by an API that applies rules to the piece first; the peers have none."""

    def get(self, path: str, accept: str = "text/html") -> bytes:
        """Return the whole request for a path."""
        return raw_request(self.host, "GET", path, {"Accept": accept, **self.headers})

    def listed(self) -> int:
        """Return how many versions the page lists."""
        return self._read_page().count("<a href=")

    def file(self, wheel: Publication) -> str:
        """Return the path of a file, as the page has it."""
        page = self._read_page()
        link = page[: page.index(f"{wheel.filename}#")].rpartition('"')[2] + wheel.filename
        return urljoin(self.page, link)

    def _read_page(self) -> str:
        url = f"http://{self.host}{self.page}"
        return httpx.get(url, headers=self.headers, timeout=60).raise_for_status().text


@contextmanager
def piecekit(folder: Path, wheels: Sequence[Publication]) -> Generator[Server]:
    """Start our instance as it is by default: private, on SQLite, one process."""
    folder.mkdir(mode=0o700)
    instance = open_instance(Settings(config_path=folder))

    def add(wheel: Publication) -> None:
        content = io.BytesIO(wheel.wheel)
        instance.publishing.add_wheel(content, label=wheel.filename, actor=INSTANCE)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, wheels))
    instance.database.close()
    with launched_instance(folder) as running:
        host = urlsplit(running.url).netloc
        headers = {"Authorization": f"Bearer {running.key}"}

        def upload(wheel: Publication) -> bytes:
            file = ("content", wheel.filename, wheel.wheel)
            return raw_upload(host, "/legacy/", headers, described(wheel), file)

        def publish(wheel: Publication) -> bytes:
            file = ("pieceArchive", wheel.filename, wheel.wheel)
            fields = {**PIECE_FORM, "pieceName": NAME, "pieceVersion": wheel.version}
            return raw_upload(host, "/api/v1/pieces", headers, fields, file)

        yield Server(
            name="piecekit",
            host=host,
            page=f"/simple/{NAME}/",
            upload=upload,
            headers=headers,
            publish=publish,
        )


@contextmanager
def pypiserver(folder: Path, wheels: Sequence[Publication]) -> Generator[Server]:
    """Start pypiserver with the index of files that it keeps in memory, open to all."""
    folder.mkdir()
    for wheel in wheels:
        (folder / wheel.filename).write_bytes(wheel.wheel)
    port = free_port()
    host = f"127.0.0.1:{port}"
    options = ["--backend", "cached-dir", "--disable-fallback", "-a", ".", "-P", "."]
    listen = ["-i", "127.0.0.1", "-p", str(port)]
    with running([PEERS / "pypi-server", "run", *listen, *options, folder], port):

        def upload(wheel: Publication) -> bytes:
            file = ("content", wheel.filename, wheel.wheel)
            return raw_upload(host, "/", {}, described(wheel), file)

        yield Server(
            name="pypiserver",
            host=host,
            page=f"/simple/{NAME}/",
            upload=upload,
            headers={},
        )


@contextmanager
def devpi(folder: Path, wheels: Sequence[Publication]) -> Generator[Server]:
    """Start devpi-server with one index that has no bases, readable by all."""
    import_into_devpi(folder, wheels)
    port = free_port()
    host = f"127.0.0.1:{port}"
    listen = ["--host", "127.0.0.1", "--port", str(port), "--offline-mode"]
    with running([PEERS / "devpi-server", "--serverdir", folder, *listen], port):
        credentials = {"user": "root", "password": PASSWORD}
        login = httpx.post(f"http://{host}/+login", json=credentials, timeout=60).raise_for_status()
        token = f"root:{login.json()['result']['password']}".encode()
        headers = {"X-Devpi-Auth": base64.b64encode(token).decode()}

        def upload(wheel: Publication) -> bytes:
            file = ("content", wheel.filename, wheel.wheel)
            return raw_upload(host, "/root/dev/", headers, described(wheel), file)

        yield Server(
            name="devpi-server",
            host=host,
            page=f"/root/dev/+simple/{NAME}/",
            upload=upload,
            headers={},
        )


def import_into_devpi(folder: Path, wheels: Sequence[Publication]) -> None:
    """Import the wheels in the form that devpi-export writes.

    Its import makes the list of a project's links anew after each file; we have it do so once.
    """
    exported = folder.with_name("devpi-export")
    exported.mkdir()
    hashed: list[str | Path] = [PEERS / "python", "-c", HASH_PASSWORD, PASSWORD]
    password = subprocess.run(hashed, check=True, capture_output=True, text=True).stdout.strip()
    for wheel in wheels:
        (exported / wheel.filename).write_bytes(wheel.wheel)
    index = {
        "indexconfig": {"type": "stage", "bases": [], "acl_upload": ["root"], "volatile": False},
        "projects": {NAME: {wheel.version: described(wheel) for wheel in wheels}},
        "files": [exported_file(wheel) for wheel in wheels],
    }
    document = {
        "dumpversion": "2",
        "users": {"root": {"username": "root", "pwhash": password}},
        "indexes": {"root/dev": index},
    }
    (exported / "dataindex.json").write_text(json.dumps(document))
    options: list[str | Path] = ["--serverdir", folder, "--no-root-pypi", "--no-events", exported]
    subprocess.run(
        [PEERS / "python", "-c", IMPORT, str(len(wheels)), *options],
        env=quiet_environment(),
        check=True,
        capture_output=True,
    )


def exported_file(wheel: Publication) -> dict[str, object]:
    """Return what an export says of a file."""
    sha256 = hashlib.sha256(wheel.wheel).hexdigest()
    entry = {
        "project": NAME,
        "version": wheel.version,
        "hash_spec": f"sha256={sha256}",
        "hashes": {"sha256": sha256},
        "last_modified": "Mon, 01 Jan 2024 00:00:00 GMT",
    }
    return {
        "type": "releasefile",
        "projectname": NAME,
        "version": wheel.version,
        "relpath": wheel.filename,
        "log": [],
        "entrymapping": entry,
    }


@contextmanager
def running(command: Sequence[str | Path], port: int) -> Generator[None]:
    """Run a server until the end of the block, which begins when it accepts connections."""
    process = subprocess.Popen(
        command,
        env=quiet_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + START_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"{command[0]} did not start") from None
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


def quiet_environment() -> dict[str, str]:
    """Return the environment of the peers, which are not bound by our settings of Python."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PY")}
    return {**ours, "PYTHONWARNINGS": "ignore"}


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def described(wheel: Publication) -> dict[str, str]:
    """Return the fields of twine's form that indexes read."""
    return {**FORM, "metadata_version": "2.1", "name": NAME, "version": wheel.version}
