"""Wheels for tests, written file by file, so that a test can spoil any of them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

METADATA = {
    "displayName": "Gelato",
    "logoUrl": "https://example.com/gelato.svg",
    "description": "Ice cream",
    "authors": ["ada"],
    "categories": [],
    "actions": {"get": {"name": "get"}, "put": {"name": "put"}},
    "triggers": {"new": {"name": "new"}},
}


def piece_document(
    name: str, version: str, /, *, metadata: object = METADATA, **changes: object
) -> str:
    """The text of a `piece.json`."""
    document: dict[str, object] = {
        "schema": 1,
        "name": name,
        "version": version,
        "sourceDigest": "d" * 64,
        "framework": "0.1.0",
        "metadata": metadata,
        "i18n": {},
    }
    return json.dumps({**document, **changes})


def wheel_files(
    name: str = "piece-gelato",
    version: str = "0.1.0",
    *,
    module: str = "VALUE = 'vanilla'\n",
    metadata: Mapping[str, object] = METADATA,
    **changes: object,
) -> dict[str, str | bytes]:
    """The files of a piece wheel but for RECORD, by their paths; `changes` are to `piece.json`."""
    package = re.sub(r"[-_.]+", "_", name).lower()
    info = f"{package}-{version}.dist-info"
    return {
        f"{package}/__init__.py": module,
        f"{info}/METADATA": (
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nRequires-Python: >=3.11\n"
        ),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[pieces]\n{package} = {package}:piece\n",
        f"{info}/extra_metadata/piece.json": piece_document(
            name, version, metadata=metadata, **changes
        ),
    }


def record_row(path: str, content: str | bytes) -> str:
    """The line of RECORD for a file."""
    content = content.encode() if isinstance(content, str) else content
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f'"{path}",sha256={digest},{len(content)}\n'


def with_record(files: Mapping[str, str | bytes]) -> dict[str, str | bytes]:
    """Add the RECORD of the files, unless they have one, or no dist-info folder."""
    folders = [path.partition("/")[0] for path in files if ".dist-info/" in path]
    record = f"{folders[0]}/RECORD" if folders else ""
    if not folders or record in files:
        return dict(files)
    rows = [record_row(path, content) for path, content in files.items() if path[-1] != "/"]
    return {**files, record: "".join([*rows, f"{record},,\n"])}


def write_wheel(path: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write the files into an archive at `path`, with a RECORD of them."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in with_record(files).items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return path


def build_wheel(
    folder: Path,
    name: str = "piece-gelato",
    version: str = "0.1.0",
    *,
    module: str = "VALUE = 'vanilla'\n",
    metadata: Mapping[str, object] = METADATA,
    **changes: object,
) -> Path:
    """Write a piece wheel under the file name that installers expect."""
    path = folder / f"{re.sub(r'[-_.]+', '_', name).lower()}-{version}-py3-none-any.whl"
    files = wheel_files(name, version, module=module, metadata=metadata, **changes)
    return write_wheel(path, files)
