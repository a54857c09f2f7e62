"""The wheels of Piecekit itself: pieces need them, so the instance serves them to installers."""

from __future__ import annotations

import base64
import hashlib
import io
import logging
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pieces_framework.errors import ArtifactError
from pieces_framework.names import OWN_DISTRIBUTIONS
from pieces_server.audit import INSTANCE
from pieces_server.errors import AlreadyPublishedError

if TYPE_CHECKING:
    from .package_index import PackageIndex
    from .publishing import Publishing

_CACHES: Final = {"__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis"}
_WHEEL: Final = """\
Wheel-Version: 1.0
Generator: pieces-server
Root-Is-Purelib: true
Tag: py3-none-any
"""
_logger = logging.getLogger(__name__)


def publish_sdk(publishing: Publishing, index: PackageIndex) -> None:
    """Put the installed Piecekit distributions into the index where their version is absent."""
    for package, name in OWN_DISTRIBUTIONS.items():
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            continue
        if index.has_version(name, installed.version):
            continue
        label = f"{name} {installed.version}"
        try:
            content = io.BytesIO(wheel_of(installed, package))
            publishing.add_wheel(content, label=label, actor=INSTANCE)
        except AlreadyPublishedError:  # another process that starts now was quicker
            continue
        except ArtifactError as error:  # an odd version: pieces can still be served
            _logger.warning("the index does without its own %s: %s", label, error)


def wheel_of(installed: Distribution, package: str) -> bytes:
    """Make a wheel of an installed distribution, editable or not.

    The same files give the same bytes.

    Args:
        installed: what importlib.metadata knows of it.
        package: its one import package. It is found, not imported.
    """
    folder = f"{installed.name.replace('-', '_')}-{installed.version}.dist-info"
    files = dict(_package_files(package))
    files |= {f"{folder}/{name}": content for name, content in _dist_info_files(installed)}
    record = [
        f"{name},{_digest(content)},{len(content)}\n" for name, content in sorted(files.items())
    ]
    record.append(f"{folder}/RECORD,,\n")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            _write(archive, name, content)
        _write(archive, f"{folder}/RECORD", "".join(record).encode())
    return buffer.getvalue()


def _package_files(package: str) -> Iterator[tuple[str, bytes]]:
    spec = find_spec(package)
    for location in (spec and spec.submodule_search_locations) or ():
        for path in _files_below(Path(location)):
            yield f"{package}/{path.relative_to(location).as_posix()}", path.read_bytes()


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield files through links too: a checkout links to templates outside the package."""
    for path in folder.iterdir():
        if path.name in _CACHES or path.suffix == ".pyc":
            continue
        if path.is_dir():
            yield from _files_below(path)
        else:
            yield path


def _dist_info_files(installed: Distribution) -> Iterator[tuple[str, bytes]]:
    yield "WHEEL", _WHEEL.encode()
    for name in ("METADATA", "entry_points.txt"):
        text = installed.read_text(name)
        if text is not None:
            yield name, text.encode()
    for file in installed.files or ():
        if file.parts[0].endswith(".dist-info") and "licenses" in file.parts[1:-1]:
            yield "/".join(file.parts[1:]), file.read_binary()


def _write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name)  # dated 1980, the first year a zip can name
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o100644 << 16
    archive.writestr(info, content)


def _digest(content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest())
    return "sha256=" + digest.decode().rstrip("=")
