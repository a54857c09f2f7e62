"""Wheels for tests, written file by file, so that a test can spoil any of them."""

from __future__ import annotations

import json
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
    """The files of a piece wheel, by their paths in it; `changes` are to its `piece.json`."""
    package = name.replace("-", "_").lower()
    info = f"{package}-{version}.dist-info"
    files: dict[str, str | bytes] = {
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
    record = "".join(f"{path},,\n" for path in (*files, f"{info}/RECORD"))
    return {**files, f"{info}/RECORD": record}


def write_wheel(path: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write the files into an archive at `path`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
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
    path = folder / f"{name.replace('-', '_').lower()}-{version}-py3-none-any.whl"
    files = wheel_files(name, version, module=module, metadata=metadata, **changes)
    return write_wheel(path, files)
