"""Requirements and ranges of versions, as installers take them. Source: PEP 508, PEP 440.

Forms that only some installers forgive are refused. Markers are not looked into.
"""

from __future__ import annotations

import re
from typing import Final

_FLAGS: Final = re.ASCII | re.IGNORECASE
_RELEASE: Final = r"v?(?:[0-9]+!)?[0-9]+(?:\.[0-9]+)*"
_TWO_PARTS: Final = r"v?(?:[0-9]+!)?[0-9]+(?:\.[0-9]+)+"
_SUFFIXES: Final = (
    r"(?:[-_.]?(?:alpha|a|beta|b|preview|pre|c|rc)[-_.]?[0-9]*)?"
    r"(?:-[0-9]+|[-_.]?(?:post|rev|r)[-_.]?[0-9]*)?"
    r"(?:[-_.]?dev[-_.]?[0-9]*)?"
)
_LOCAL: Final = r"(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?"
_CLAUSE: Final = (
    rf"(?:[<>]=? ?{_RELEASE}{_SUFFIXES}"
    rf"|~= ?{_TWO_PARTS}{_SUFFIXES}"
    rf"|[=!]= ?{_RELEASE}(?:\.\*|{_SUFFIXES}{_LOCAL})"
    rf"|=== ?{_RELEASE}{_SUFFIXES}{_LOCAL})"
)
_CLAUSES: Final = rf"{_CLAUSE}(?: ?, ?{_CLAUSE})*(?: ?,)?"
_NAME: Final = r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?"
_RANGE: Final = re.compile(_CLAUSES, _FLAGS)
_REQUIREMENT: Final = re.compile(
    rf"{_NAME} ?(?:\[ ?(?:{_NAME}(?: ?, ?{_NAME})* ?)?\] ?)?"
    rf"(?:(?P<address>@ ?[^ ]+)|{_CLAUSES}|\( ?(?:{_CLAUSES})? ?\))?"
    r" ?(?:;.*)?",
    _FLAGS,
)
_SPACES: Final = re.compile(r"[ \t]+")
_MAX_CHARACTERS: Final = 2000  # markers are long, but not this long


def is_version_range(text: str) -> bool:
    """Whether the text is a list such as `>=3.11, !=3.12.*`."""
    return _match(_RANGE, text) is not None


def read_requirement(text: str) -> str | None:
    """Return the address that a requirement names, empty if none; `None` if it is none itself."""
    match = _match(_REQUIREMENT, text)
    return None if match is None else match["address"] or ""


def _match(form: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Match in a time that grows with the text: long runs of spaces would cost their square."""
    return form.fullmatch(_SPACES.sub(" ", text)) if len(text) <= _MAX_CHARACTERS else None
