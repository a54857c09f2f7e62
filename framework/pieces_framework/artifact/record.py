"""RECORD: the list of a wheel's files, with hash and size of each. Source: PEP 376 and PEP 427."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .rules import Refusals

_STRONG: Final = frozenset({"sha256", "sha384", "sha512"})
_SIGNATURES: Final = ("RECORD.jws", "RECORD.p7s")
_LINE: Final = re.compile(r"[^\n]*\n?")


@dataclass(frozen=True, slots=True)
class Listed:
    """What RECORD says of a file."""

    algorithm: str
    """As hashlib names it."""
    digest: str
    """In base64 for addresses, without padding."""
    size_bytes: int


def read_record(
    text: str, *, folder: str, files: Collection[str], refuse: Refusals
) -> dict[str, Listed | None]:
    """Return what RECORD says of each file; `None` for those that cannot have a hash in it.

    Args:
        text: of RECORD.
        folder: the dist-info folder.
        files: the paths in the archive, without folders.
        refuse: makes the error.

    Raises:
        ArtifactError: if RECORD lists other files, or one without a good hash.
    """
    itself = f"{folder}/RECORD"
    signatures = {f"{folder}/{name}" for name in _SIGNATURES}
    listed: dict[str, Listed | None] = {}
    for path, said, size in _rows(text, refuse):
        if path in listed:
            raise refuse("record-repeated", f"its RECORD lists {path!r} twice")
        if path not in files:
            raise refuse("record-absent", f"its RECORD lists {path[:200]!r}, which is not there")
        if path == itself and said:
            raise refuse("record-itself", "its RECORD has a hash of itself")
        unhashed = path == itself or (path in signatures and not said)
        listed[path] = None if unhashed else _listed(path, said, size, refuse)
    for path in files:
        if path not in listed and path not in signatures:
            raise refuse("record-unlisted", f"its RECORD does not list {path!r}")
    return listed


class RecordVerifier:
    """Compares a file with what RECORD says of it, while it is read."""

    def __init__(self, path: str, listed: Listed, refuse: Refusals) -> None:
        from hashlib import new

        self._path: Final = path
        self._listed: Final = listed
        self._refuse: Final = refuse
        self._hash = new(listed.algorithm)
        self.update = self._hash.update

    def end(self, size_bytes: int) -> None:
        """Compare, once all content went through `update`.

        Raises:
            ArtifactError: if hash or size differ.
        """
        from base64 import urlsafe_b64encode

        digest = urlsafe_b64encode(self._hash.digest()).rstrip(b"=").decode()
        if digest != self._listed.digest:
            raise self._refuse("record-hash", f"{self._path!r} has another hash than in its RECORD")
        if size_bytes != self._listed.size_bytes:
            raise self._refuse("record-size", f"{self._path!r} has another size than in its RECORD")


def _rows(text: str, refuse: Refusals) -> Iterator[tuple[str, str, str]]:
    import csv

    lines = (match[0] for match in _LINE.finditer(text))
    try:
        for row in csv.reader(lines, strict=True):
            if not row:
                continue
            if len(row) != 3:
                raise refuse("record-syntax", f"its RECORD has a row of {len(row)} columns")
            yield row[0], row[1], row[2]
    except csv.Error as error:
        raise refuse("record-syntax", f"its RECORD cannot be read: {error}") from error


def _listed(path: str, said: str, size: str, refuse: Refusals) -> Listed:
    algorithm, _, digest = said.partition("=")
    if not said:
        raise refuse("record-hash-missing", f"its RECORD has no hash of {path!r}")
    if algorithm not in _STRONG:
        raise refuse("record-hash-weak", f"its RECORD has a hash of {path!r} that is not sha256")
    if not re.fullmatch(r"[0-9]{1,12}", size):
        raise refuse("record-size", f"its RECORD has no size of {path!r}")
    return Listed(algorithm, digest.rstrip("="), int(size))
