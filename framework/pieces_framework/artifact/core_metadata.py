"""`METADATA` and `WHEEL`: what a distribution says of itself to installers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pieces_framework.names import MAX_NAME_CHARACTERS, normalize_name
from pieces_framework.versions import Version, VersionError

from .headers import only_header, read_headers
from .specifiers import is_version_range, read_requirement

if TYPE_CHECKING:
    from .rules import Refusals

_ONCE: Final = ("metadata-version", "name", "version", "requires-python")
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_METADATA_VERSION: Final = re.compile(r"[12]\.[0-9]{1,3}")
_WHEEL_VERSION: Final = re.compile(r"1\.[0-9]{1,3}")
# Tags are written out in WHEEL, but some builders leave sets joined by dots.
_TAG_SET: Final = r"[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*"
_TAG: Final = re.compile(rf"({_TAG_SET})-({_TAG_SET})-({_TAG_SET})")
_MAX_FILENAME_BYTES: Final = 255


@dataclass(frozen=True, kw_only=True)
class CoreMetadata:
    """The headers of `METADATA` that matter here."""

    name: str
    version: Version
    requires_python: str
    addresses: tuple[str, ...]
    """The requirements that name an address instead of versions."""


def read_metadata(text: str, folder: str, refuse: Refusals) -> CoreMetadata:
    """Read `METADATA` and compare it with the name of its folder.

    Raises:
        ArtifactError: if they are invalid, or differ.
    """
    headers = read_headers(text, [*_ONCE, "requires-dist"], "METADATA", refuse)

    def only(header: str) -> str:
        return only_header(headers, header, "METADATA", refuse)

    form, name, said = only("Metadata-Version"), only("Name"), only("Version")
    requires_python = only("Requires-Python")
    if not _METADATA_VERSION.fullmatch(form):
        raise refuse("metadata-version", f"its METADATA is of version {form[:80]!r}")
    if len(name) > MAX_NAME_CHARACTERS or not _NAME.fullmatch(name):
        raise refuse("distribution-name", "its METADATA has no valid `Name`")
    try:
        version = Version.parse(said)
    except VersionError as error:
        raise refuse("distribution-version", error.message) from error
    _check_folder(folder, name, said, refuse)
    if requires_python and not is_version_range(requires_python):
        what = f"its METADATA has `Requires-Python: {requires_python[:80]}`"
        raise refuse("requires-python", what)
    return CoreMetadata(
        name=name,
        version=version,
        requires_python=requires_python,
        addresses=_addresses(headers["requires-dist"], refuse),
    )


def read_tag(text: str, refuse: Refusals) -> str:
    """Return what `WHEEL` says the wheel runs on, as file names have it: `py3-none-any`.

    Raises:
        ArtifactError: if it is invalid, or of a kind that installers of today would refuse.
    """
    headers = read_headers(text, ["wheel-version", "root-is-purelib", "tag"], "WHEEL", refuse)
    form = only_header(headers, "Wheel-Version", "WHEEL", refuse)
    if not _WHEEL_VERSION.fullmatch(form):
        raise refuse("wheel-version", f"it is a wheel of version {form[:80]!r}")
    pure = only_header(headers, "Root-Is-Purelib", "WHEEL", refuse)
    if pure.lower() not in {"true", "false"}:
        raise refuse("wheel-purelib", f"its WHEEL file has `Root-Is-Purelib: {pure[:80]}`")
    sets: list[set[str]] = [set(), set(), set()]
    for tag in headers["tag"] or [""]:
        match = _TAG.fullmatch(tag)
        if match is None:
            raise refuse("wheel-tag", "its WHEEL file has no valid `Tag`")
        for known, part in zip(sets, match.groups(), strict=True):
            known.update(part.split("."))
    return "-".join(".".join(sorted(known)) for known in sets)


def wheel_filename(metadata: CoreMetadata, tag: str, refuse: Refusals) -> str:
    """Return the file name that installers expect. Source: PEP 427.

    Raises:
        ArtifactError: if no file system would take it.
    """
    name = normalize_name(metadata.name).replace("-", "_")
    filename = f"{name}-{metadata.version}-{tag}.whl"
    if len(filename) > _MAX_FILENAME_BYTES:
        raise refuse("file-name-too-long", f"its file name would have {len(filename)} bytes")
    return filename


def _check_folder(folder: str, name: str, version: str, refuse: Refusals) -> None:
    folder_name, _, folder_version = folder.removesuffix(".dist-info").partition("-")
    if (normalize_name(folder_name), folder_version) != (normalize_name(name), version):
        what = f"its folder `{folder[:200]}` is not that of `{name}` {version}"
        raise refuse("folder-name", what)


def _addresses(requirements: list[str], refuse: Refusals) -> tuple[str, ...]:
    addresses: list[str] = []
    for requirement in requirements:
        address = read_requirement(requirement)
        if address is None:
            what = f"its METADATA has `Requires-Dist: {requirement[:80]}`"
            raise refuse("requires-dist", what)
        if address:
            addresses.append(requirement)
    return tuple(addresses)
