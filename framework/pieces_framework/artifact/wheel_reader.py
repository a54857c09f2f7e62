"""A wheel read from end to end: every file compared with RECORD, a few of them kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .paths import check_paths
from .record import RecordVerifier, read_record
from .zip_directory import read_directory
from .zip_member import read_member

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from .limits import Limits
    from .record import Listed
    from .rules import Refusals

_SUFFIX: Final = ".dist-info"
_EGG_SUFFIXES: Final = (".egg-info", ".egg-link", ".egg")


@dataclass(frozen=True, kw_only=True)
class WheelContent:
    """What was read of a wheel."""

    folder: str
    """The dist-info folder."""
    files: Collection[str]
    """The paths in the archive, without folders."""
    documents: Mapping[str, str]
    """The texts that were asked for, by their path below the dist-info folder."""


def read_wheel_content(
    path: Path, documents: Mapping[str, str], limits: Limits, refuse: Refusals
) -> WheelContent:
    """Read a wheel from end to end, once.

    Args:
        path: the wheel.
        documents: the files of dist-info to return, each with the rule that is broken without it;
            `RECORD` must be one of them.
        limits: how much may be read.
        refuse: makes the error.

    Raises:
        ArtifactError: if the archive is unsound, or is not what its RECORD says.
    """
    try:
        with path.open("rb") as file:
            return _Reader(file, limits, refuse).read(documents)
    except OSError as error:
        raise refuse("unreadable", f"it cannot be read: {error.strerror}") from error


def read_document(path: Path, name: str, limits: Limits, refuse: Refusals) -> tuple[str, str]:
    """Read one file of dist-info only, compared with nothing.

    Returns:
        The dist-info folder, and the file's text.

    Raises:
        ArtifactError: if the archive is unsound as far as that shows, or has no such file.
    """
    try:
        with path.open("rb") as file:
            return _Reader(file, limits, refuse).document(name)
    except OSError as error:
        raise refuse("unreadable", f"it cannot be read: {error.strerror}") from error


class _Reader:
    def __init__(self, file: BinaryIO, limits: Limits, refuse: Refusals) -> None:
        self._file: Final = file
        self._limits: Final = limits
        self._refuse: Final = refuse
        members, directory_start = read_directory(file, limits, refuse)
        check_paths((member.path for member in members), limits, refuse)
        ends = [*(member.offset for member in members[1:]), directory_start]
        self._members: Final = {
            member.path: (member, end) for member, end in zip(members, ends, strict=False)
        }

    def document(self, name: str) -> tuple[str, str]:
        folder = self._folder()
        path = f"{folder}/{name}"
        found = self._members.get(path)
        if found is None or found[0].unpacked_bytes > self._limits.document_bytes:
            raise self._refuse("metadata-missing", f"it has no `{path[:300]}` of a sound size")
        return folder, self._text(path, self._read(path, None, keep=True))

    def read(self, documents: Mapping[str, str]) -> WheelContent:
        files = {path: member for path, (member, _) in self._members.items() if path[-1] != "/"}
        folder = self._folder()
        paths = {name: f"{folder}/{name}" for name in documents}
        for name, path in paths.items():
            if path not in files:
                raise self._refuse(documents[name], f"it has no `{path[:300]}`")
        if sum(files[path].unpacked_bytes for path in paths.values()) > self._limits.document_bytes:
            what = f"what it says of itself is larger than {self._limits.document_bytes} bytes"
            raise self._refuse("document-too-large", what)
        record_path = paths["RECORD"]
        record = self._text(record_path, self._read(record_path, None, keep=True))
        listed = read_record(record, folder=folder, files=files.keys(), refuse=self._refuse)
        kept = {record_path: record}
        for path in self._members:
            if path != record_path:
                content = self._read(path, listed.get(path), keep=path in paths.values())
                if path in paths.values():
                    kept[path] = self._text(path, content)
        texts = {name: kept[path] for name, path in paths.items()}
        return WheelContent(folder=folder, files=files.keys(), documents=texts)

    def _read(self, path: str, listed: Listed | None, *, keep: bool) -> bytes:
        """Read a file through; return its content if it is to be kept."""
        member, end = self._members[path]
        verifier = RecordVerifier(path, listed, self._refuse) if listed else None
        kept: list[bytes] = []
        for chunk in read_member(self._file, member, end, self._refuse):
            if verifier:
                verifier.update(chunk)
            if keep:
                kept.append(chunk)
        if verifier:
            verifier.end(member.unpacked_bytes)
        return b"".join(kept)

    def _folder(self) -> str:
        tops = {path.partition("/")[0] for path in self._members}
        eggs = sorted(top for top in tops if top.casefold().endswith(_EGG_SUFFIXES))
        if eggs:
            raise self._refuse("egg", f"its `{eggs[0][:200]}` is a second distribution")
        found = [top for top in tops if top.casefold().endswith(_SUFFIX)]
        if len(found) == 1:
            return found[0]
        rule = "dist-info-several" if found else "dist-info-missing"
        what = f"it is not a wheel: {len(found)} `*{_SUFFIX}` folders instead of one"
        raise self._refuse(rule, what)

    def _text(self, path: str, content: bytes) -> str:
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            raise self._refuse("document-encoding", f"`{path}` is not UTF-8") from error
        if text.startswith("\ufeff"):  # installers take it for a part of the first line
            raise self._refuse("document-encoding", f"`{path}` begins with a byte order mark")
        return text
