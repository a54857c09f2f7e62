"""A wheel read as data: nothing in it is imported or run, and what is read of it is bounded."""

from __future__ import annotations

import configparser
import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pieces_framework.errors import ArtifactError
from pieces_framework.versions import Version, VersionError

if TYPE_CHECKING:
    from pieces_framework.wire import JsonValue

PIECE_DOCUMENT: Final = "extra_metadata/piece.json"
"""Where a piece's document lies, below the wheel's `*.dist-info` folder."""
PIECE_SCHEMA: Final = 1

_FILES: Final = ("METADATA", "WHEEL", "RECORD", "entry_points.txt", PIECE_DOCUMENT)
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_TAG: Final = re.compile(r"[A-Za-z0-9_]+-[A-Za-z0-9_]+-[A-Za-z0-9_]+")
_MAX_NESTING: Final = 64
_CHUNK_BYTES: Final = 1024 * 1024
# What zipfile and zlib raise on bytes that are not what they claim to be.
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,  # an unknown compression
    OSError,  # a seek to before the file's start
    OverflowError,
    RuntimeError,  # an encrypted member
    ValueError,
)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much of a wheel is read before it is refused."""

    directory_bytes: int = 2 * 1024 * 1024
    """Size of the archive's table of contents: some 20,000 files."""
    member_bytes: int = 4 * 1024 * 1024
    """Unpacked size of each file that says what the wheel is."""
    content_bytes: int = 1024 * 1024 * 1024
    """Unpacked size of all files: each is read through once, and none is kept."""


@dataclass(frozen=True, kw_only=True)
class WheelFile:
    """What a wheel says of itself."""

    distribution: str
    """The name as its author writes it; compare names by `normalize_name`."""
    version: Version
    requires_python: str
    """As written, such as `>=3.11`; empty when the wheel names none."""
    metadata: str
    """The text of `METADATA`."""
    filename: str
    """The file name that installers expect, made from what is inside, not from the file's name."""


@dataclass(frozen=True, kw_only=True)
class PieceDocument:
    """A piece's `piece.json`."""

    name: str
    version: Version
    source_digest: str
    """SHA-256 of what the wheel was built from, in hex."""
    framework: str
    """Version of the framework the metadata was taken with."""
    metadata: Mapping[str, JsonValue]
    """The piece's wire metadata; `displayName`, `actions` and `triggers` are sure to be there."""
    i18n: Mapping[str, JsonValue]


@dataclass(frozen=True, kw_only=True)
class PieceWheel(WheelFile):
    """A wheel that holds a piece."""

    piece: PieceDocument


def normalize_name(name: str) -> str:
    """Return the form in which names of distributions are compared. Source: PEP 503.

    >>> normalize_name("Piece_Google.Drive")
    'piece-google-drive'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def distribution_name(text: str) -> str:
    """Return the normalised distribution name of a piece named as flows name it, or by itself.

    >>> distribution_name("@activepieces/piece-gelato")
    'piece-gelato'
    >>> distribution_name("@acme/piece-gelato")
    'acme-piece-gelato'
    """
    scope, slash, name = text.removeprefix("@").partition("/")
    if not (text.startswith("@") and slash):
        return normalize_name(text)
    return normalize_name(name if scope == "activepieces" else f"{scope}-{name}")


def read_wheel(path: Path, *, label: str = "", limits: Limits | None = None) -> WheelFile:
    """Read a wheel that may or may not hold a piece.

    Args:
        path: the file; its own name is not looked at.
        label: how messages call the file; its name by default.
        limits: how much may be read; the defaults of `Limits` when `None`.

    Raises:
        ArtifactError: if the file is not a wheel, with the first thing that is wrong.
    """
    return _wheel(_DistInfo(path, label or path.name, limits or Limits()))


def read_piece_wheel(path: Path, *, label: str = "", limits: Limits | None = None) -> PieceWheel:
    """Read a wheel that must hold a piece. The arguments are those of `read_wheel`.

    Raises:
        ArtifactError: if the file is not a wheel, or holds no piece that agrees with it.
    """
    info = _DistInfo(path, label or path.name, limits or Limits())
    wheel = _wheel(info)
    piece = _piece(info)
    if normalize_name(piece.name) != normalize_name(wheel.distribution):
        raise info.error(f"its piece is named {piece.name!r}, the wheel {wheel.distribution!r}")
    if piece.version != wheel.version:
        raise info.error(f"its piece has version {piece.version}, the wheel {wheel.version}")
    _check_entry_point(info)
    return PieceWheel(**vars(wheel), piece=piece)


class _DistInfo:
    """The files of a wheel's one dist-info folder that say what the wheel is, as text."""

    def __init__(self, path: Path, label: str, limits: Limits) -> None:
        self._label = label
        self._check_directory(path, limits)
        try:
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
                self.folder = self._find_folder(names)
                self._check_content(archive, limits.content_bytes)
                self._files = {
                    name: self._read(archive, f"{self.folder}/{name}", limits.member_bytes)
                    for name in _FILES
                    if f"{self.folder}/{name}" in names
                }
        except _BROKEN as error:
            raise self.error(f"it is damaged: {error}", "build the wheel again") from error

    def error(self, what: str, hint: str = "build it with `pieces build-piece`") -> ArtifactError:
        return ArtifactError(f"`{self._label}`: {what}", hint=hint)

    def text(self, name: str) -> str:
        if name not in self._files:
            raise self.error(f"it has no `{self.folder}/{name}`")
        return self._files[name]

    def version(self, text: str) -> Version:
        try:
            return Version.parse(text)
        except VersionError as error:
            raise self.error(error.message, error.hint) from error

    def _check_directory(self, path: Path, limits: Limits) -> None:
        """Look at the archive's last record before zipfile reads the table it announces."""
        try:
            with path.open("rb") as file:
                file.seek(max(0, file.seek(0, 2) - 42))
                tail = file.read()
        except OSError as error:
            raise self.error(f"it cannot be read: {error.strerror}", "check the path") from error
        end = tail[-22:]
        # A wheel has no archive comment, and no need for the 64-bit records of zip.
        if len(end) < 22 or end[:4] != b"PK\5\6" or end[20:] != b"\0\0" or tail[:4] == b"PK\6\7":
            raise self.error("it is not a wheel: not a zip archive")
        if int.from_bytes(end[12:16], "little") > limits.directory_bytes:
            raise self.error("it lists too many files", "leave out what the piece does not need")

    def _find_folder(self, names: list[str]) -> str:
        if len(set(names)) != len(names):
            raise self.error("it holds two files of one name", "build the wheel again")
        for name in names:
            if name.startswith("/") or {"\\", ":"} & set(name) or ".." in name.split("/"):
                raise self.error(f"it holds the unsafe path {name!r}", "build the wheel again")
        tops = {name.partition("/")[0] for name in names}
        found = [top for top in tops if top.endswith(".dist-info")]
        if len(found) != 1:
            raise self.error(
                f"it is not a wheel: {len(found)} `*.dist-info` folders instead of one"
            )
        return found[0]

    def _check_content(self, archive: zipfile.ZipFile, limit: int) -> None:
        """Read every file through, so that an installer will find what the table promises."""
        members = archive.infolist()
        if min(member.header_offset for member in members) != 0:
            raise self.error("it does not begin with its first file", "build the wheel again")
        for member in members:
            # bz2 and LZMA may want much memory before they yield a byte; no build tool uses them.
            if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                what = f"`{member.filename}` is compressed in an unusual way"
                raise self.error(what, "compress with deflate")
            with archive.open(member) as content:
                while chunk := content.read(_CHUNK_BYTES):
                    limit -= len(chunk)
                    if limit < 0:
                        raise self.error("it unpacks to too much", "leave data out of the wheel")

    def _read(self, archive: zipfile.ZipFile, name: str, limit: int) -> str:
        with archive.open(name) as member:
            content = member.read(limit + 1)
        if len(content) > limit:
            raise self.error(f"`{name}` is larger than {limit} bytes", "make it smaller")
        return content.decode("utf-8-sig")


def _wheel(info: _DistInfo) -> WheelFile:
    metadata = info.text("METADATA")
    headers = HeaderParser().parsestr(metadata)
    name, version_text = headers.get("Name", ""), headers.get("Version", "")
    if not _NAME.fullmatch(name):
        raise info.error("its METADATA has no valid `Name`", "set `name` under [project]")
    version = info.version(version_text)
    folder_name, _, folder_version = info.folder.removesuffix(".dist-info").rpartition("-")
    if (normalize_name(folder_name), folder_version) != (normalize_name(name), version_text):
        raise info.error(f"its folder `{info.folder}` is not that of `{name}` {version}")
    info.text("RECORD")
    tags: list[str] = HeaderParser().parsestr(info.text("WHEEL")).get_all("Tag", [])
    if not tags or not all(_TAG.fullmatch(tag) for tag in tags):
        raise info.error("its WHEEL file has no valid `Tag`")
    parts = zip(*(tag.split("-") for tag in tags), strict=True)
    tag = "-".join(".".join(sorted(set(part))) for part in parts)
    return WheelFile(
        distribution=name,
        version=version,
        requires_python=headers.get("Requires-Python", ""),
        metadata=metadata,
        filename=f"{normalize_name(name).replace('-', '_')}-{version}-{tag}.whl",
    )


def _piece(info: _DistInfo) -> PieceDocument:
    document = _json_object(info, info.text(PIECE_DOCUMENT))
    if document.get("schema") != PIECE_SCHEMA:
        said = f"schema {document.get('schema')!r} instead of {PIECE_SCHEMA}"
        raise info.error(f"its piece.json has {said}", "build and read it with one release")

    def text(key: str, within: Mapping[str, JsonValue]) -> str:
        value = within.get(key)
        if not isinstance(value, str) or not value:
            raise info.error(f"its piece.json has no text `{key}`")
        return value

    def mapping(key: str, within: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
        value = within.get(key)
        if not isinstance(value, Mapping):
            raise info.error(f"its piece.json has no object `{key}`")
        return value

    metadata = mapping("metadata", document)
    text("displayName", metadata)
    mapping("actions", metadata)
    mapping("triggers", metadata)
    return PieceDocument(
        name=text("name", document),
        version=info.version(text("version", document)),
        source_digest=text("sourceDigest", document),
        framework=text("framework", document),
        metadata=metadata,
        i18n=mapping("i18n", document),
    )


def _json_object(info: _DistInfo, text: str) -> Mapping[str, JsonValue]:
    """Parse JSON that can be sent on: no NaN, no lone surrogate, no bottomless nesting."""
    try:
        value: JsonValue = json.loads(text)
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise info.error("its piece.json is not valid JSON") from error
    if not isinstance(value, Mapping) or _nests_deeper(value, _MAX_NESTING):
        raise info.error("its piece.json is not a JSON object of sane depth")
    return value


def _nests_deeper(value: JsonValue, levels: int) -> bool:
    if isinstance(value, str) or not isinstance(value, (Mapping, list)):
        return False
    children = value.values() if isinstance(value, Mapping) else value
    return levels == 0 or any(_nests_deeper(child, levels - 1) for child in children)


def _check_entry_point(info: _DistInfo) -> None:
    hint = 'name the piece under [project.entry-points."pieces"]'
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    try:
        parser.read_string(info.text("entry_points.txt"))
    except configparser.Error as error:
        raise info.error("its entry_points.txt cannot be read", hint) from error
    if not (parser.has_section("pieces") and parser.options("pieces")):
        raise info.error("it has no entry point in the group `pieces`", hint)
