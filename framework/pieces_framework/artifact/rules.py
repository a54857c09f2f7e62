"""What a wheel must fulfil: each rule has an id that stays, and advice for who breaks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from pieces_framework.errors import ArtifactError


class Rule(NamedTuple):
    """One reason to refuse a wheel."""

    what: str
    """What is refused."""
    hint: str
    """What to do about it."""


_AGAIN: Final = "build the wheel again"
_BUILD: Final = "build it with `build-piece`"
_TOOL: Final = "build it with a usual tool, such as `build-piece`"
_RENAME: Final = "rename the file"
_SMALLER: Final = "leave data out of the wheel"
_ENTRY_POINT: Final = 'name the piece under [project.entry-points."pieces"]'

RULES: Final[Mapping[str, Rule]] = {
    # The archive.
    "unreadable": Rule("the file cannot be opened", "check the path"),
    "not-a-zip": Rule("the file is not a zip archive", _BUILD),
    "truncated": Rule("the archive lacks its beginning or its end", "fetch or build it again"),
    "data-before": Rule("something stands before the first file", _AGAIN),
    "data-after": Rule("something stands after the archive's end", _AGAIN),
    "archive-comment": Rule("the archive has a comment", _TOOL),
    "multi-disk": Rule("the archive is one part of several", _TOOL),
    "zip64": Rule("the archive is in the form for more than 4 GB", _SMALLER),
    "directory-too-large": Rule("the table of contents is larger than the limit", _SMALLER),
    "directory-broken": Rule("the table of contents is damaged", _AGAIN),
    "directory-count": Rule("the table of contents has more or fewer entries than it says", _AGAIN),
    "too-many-files": Rule("there are more files than the limit", _SMALLER),
    "encrypted": Rule("a file is encrypted", "leave the encryption out: installers cannot open it"),
    "compression": Rule("a file is neither stored nor deflated", "compress with deflate"),
    "extra-field": Rule("an entry's extra field is damaged", _AGAIN),
    "second-name": Rule("an entry's extra field gives it another name", _TOOL),
    "link": Rule("an entry is a symbolic link", "put the file itself into the wheel"),
    "special-file": Rule("an entry is no plain file, such as a device", "leave it out"),
    "folder-with-content": Rule("a folder has content", _AGAIN),
    "file-too-large": Rule("a file unpacks to more than the limit", _SMALLER),
    "content-too-large": Rule("all files together unpack to more than the limit", _SMALLER),
    "content-ratio": Rule("it is packed more tightly than real wheels are", _SMALLER),
    "overlap": Rule("two files share bytes of the archive", _AGAIN),
    "gap": Rule("there are bytes that belong to no file", _AGAIN),
    "local-header": Rule("an entry has no header of its own, or one that says otherwise", _AGAIN),
    "local-name": Rule("an entry's own header has another name", _AGAIN),
    "local-size": Rule("an entry's own header has another size", _AGAIN),
    "local-checksum": Rule("an entry's own header has another checksum", _AGAIN),
    "descriptor": Rule("the sizes written after a file are not those of the table", _AGAIN),
    "content-damaged": Rule("a file cannot be unpacked", _AGAIN),
    "content-size": Rule("a file unpacks to another size than the table says", _AGAIN),
    "content-tail": Rule("a file's packed bytes go on after its end", _AGAIN),
    "content-checksum": Rule("a file's checksum is not the one in the table", _AGAIN),
    # Its paths.
    "path-encoding": Rule("a path is not marked as UTF-8, or is none", "name the file in ASCII"),
    "path-absolute": Rule("a path is absolute", _RENAME),
    "path-parent": Rule("a path leads upwards by `..`", _RENAME),
    "path-segment": Rule("a path has an empty part, or the part `.`", _RENAME),
    "path-drive": Rule("a path has a colon, as drives and streams do", _RENAME),
    "path-backslash": Rule("a path has a backslash", "separate folders by `/`"),
    "path-control": Rule("a path has a NUL, or another character that is not seen", _RENAME),
    "path-too-long": Rule("a path is longer than the limit", "shorten the names"),
    "path-repeated": Rule("two files have one path", _AGAIN),
    "path-case": Rule("two paths differ only in upper and lower case", _RENAME),
    "path-unicode": Rule("two paths differ only in how their characters are encoded", _RENAME),
    "path-file-and-folder": Rule("a file stands where a folder should", _RENAME),
    # The wheel.
    "dist-info-missing": Rule("there is no `*.dist-info` folder", _BUILD),
    "dist-info-several": Rule("there are several `*.dist-info` folders", _BUILD),
    "egg": Rule("`*.egg-info`, `*.egg-link` or `*.egg` is a second distribution", "leave it out"),
    "document-too-large": Rule(
        "the files that say what the wheel is are larger than the limit", "make them smaller"
    ),
    "document-encoding": Rule(
        "a file of dist-info is not UTF-8, or has a byte order mark", "save it as plain UTF-8"
    ),
    "metadata-missing": Rule("there is no `METADATA`", _BUILD),
    "header-syntax": Rule("the headers of `METADATA` or `WHEEL` cannot be read", _AGAIN),
    "header-repeated": Rule("a header that may stand once stands twice", "write it once"),
    "metadata-version": Rule("`METADATA` is of no version 1.x or 2.x", _TOOL),
    "distribution-name": Rule("`Name` is absent or invalid", "set `name` under [project]"),
    "distribution-version": Rule(
        "`Version` is not `X.Y.Z`",
        "a version is three numbers without leading zeros, such as 0.1.0",
    ),
    "folder-name": Rule("the dist-info folder is not named after name and version", _AGAIN),
    "requires-python": Rule("`Requires-Python` is no list of versions", "write it as `>=3.11`"),
    "requires-dist": Rule("a `Requires-Dist` is no requirement", "write it as `httpx>=0.28`"),
    "wheel-missing": Rule("there is no `WHEEL`", _BUILD),
    "wheel-version": Rule("`Wheel-Version` is not 1.x", _TOOL),
    "wheel-purelib": Rule("`Root-Is-Purelib` is neither true nor false", _TOOL),
    "wheel-tag": Rule("`Tag` is absent or invalid", _TOOL),
    "file-name-too-long": Rule("the file name made of the tags is too long", "shorten the name"),
    # Its RECORD.
    "record-missing": Rule("there is no `RECORD`", _BUILD),
    "record-syntax": Rule("`RECORD` is no table of path, hash and size", _AGAIN),
    "record-repeated": Rule("`RECORD` lists a file twice", _AGAIN),
    "record-absent": Rule("`RECORD` lists a file that is not there", _AGAIN),
    "record-unlisted": Rule("a file is not in `RECORD`", _AGAIN),
    "record-itself": Rule("`RECORD` has a hash of itself", _AGAIN),
    "record-hash-missing": Rule("`RECORD` has no hash of a file", _AGAIN),
    "record-hash-weak": Rule("`RECORD` has a hash weaker than sha256, or unknown", "use sha256"),
    "record-hash": Rule("a file does not have the hash in `RECORD`", _AGAIN),
    "record-size": Rule("a file does not have the size in `RECORD`", _AGAIN),
    # The piece.
    "entry-points-missing": Rule("there is no `entry_points.txt`", _ENTRY_POINT),
    "entry-points-syntax": Rule("`entry_points.txt` cannot be read in one way only", _ENTRY_POINT),
    "entry-point-missing": Rule("the group `pieces` has no entry point", _ENTRY_POINT),
    "entry-point-several": Rule("the group `pieces` has several", "ship one piece in a wheel"),
    "entry-point-form": Rule("the entry point is not `module:object`", _ENTRY_POINT),
    "entry-point-module": Rule("the entry point's module is not in the wheel", _ENTRY_POINT),
    "requires-url": Rule("a `Requires-Dist` names an address", "require a version instead"),
    "data-folder": Rule("a `*.data` folder would write outside of packages", "leave it out"),
    "startup-code": Rule("a file would run at every start of Python", "leave it out"),
    "own-package": Rule("a package of Piecekit would be overwritten", "rename the package"),
    "standard-library": Rule(
        "a module would hide one of Python's standard library", "rename the package"
    ),
    "piece-missing": Rule("there is no `extra_metadata/piece.json`", _BUILD),
    "json-syntax": Rule("`piece.json` is not valid JSON", _BUILD),
    "json-repeated-key": Rule("an object in `piece.json` has a key twice", _BUILD),
    "json-depth": Rule("`piece.json` nests deeper than the limit", "nest sample data less deeply"),
    "json-values": Rule("`piece.json` has more values than the limit", "shorten sample data"),
    "piece-schema": Rule("`piece.json` has another schema", "build and read it with one release"),
    "piece-field": Rule("a key of `piece.json` is absent or of another type", _BUILD),
    "piece-digest": Rule("`sourceDigest` is not 64 hex digits", _BUILD),
    "piece-framework": Rule("`framework` is no version", _BUILD),
    "piece-i18n": Rule("`i18n` is not text by text by locale", "mend the files in `i18n/`"),
    "piece-metadata": Rule("a field of `metadata` is not of its type", _BUILD),
    "piece-name": Rule("piece and wheel have different names", _BUILD),
    "piece-version": Rule("piece and wheel have different versions", _BUILD),
}
"""All rules, in the order in which a wheel is looked at, more or less."""


class Refusals:
    """Makes the errors of one file.

    Args:
        label: how messages call the file.
    """

    def __init__(self, label: str) -> None:
        self._label: Final = label

    def __call__(self, rule: str, what: str) -> ArtifactError:
        """Return the error that says what in the file breaks the rule."""
        return ArtifactError(f"`{self._label}`: {what}", hint=RULES[rule].hint, rule=rule)
