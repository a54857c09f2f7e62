"""Versions of pieces: three numbers, `X.Y.Z`, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from pieces_framework.errors import PieceError

# No leading zeros: installers read `1.02.0` as `1.2.0`, and one version would have two spellings.
_NUMBER: Final = "(0|[1-9][0-9]{0,8})"
VERSION_PATTERN: Final = rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}"
"""What all of a version's text matches, for the schemas of documents."""
_FORM: Final = re.compile(VERSION_PATTERN)


class VersionError(PieceError):
    """A text is neither a version nor a range of them, or a version is too low for what changed.

    Also raised for documents that nest too deeply to be compared.
    """

    exit_code = 65  # EX_DATAERR
    code = "VALIDATION"


@dataclass(frozen=True, order=True)
class Version:
    """A version, ordered by its numbers.

    >>> Version.parse("0.10.0") > Version.parse("0.9.1")
    True
    >>> str(Version(1, 2, 3))
    '1.2.3'
    """

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read `X.Y.Z`.

        Raises:
            VersionError: if `text` has another form: a `v` before it, a suffix, a leading zero.
        """
        match = _FORM.fullmatch(text)
        if match is None:
            raise VersionError(
                f"{text[:80]!r} is not a version",
                hint="a version is three numbers without leading zeros, such as 0.1.0",
            )
        major, minor, patch = match.groups()
        return cls(int(major), int(minor), int(patch))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"
