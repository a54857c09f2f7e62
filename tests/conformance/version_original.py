"""What the original makes of versions, worked out apart from our own code.

It reads versions as npm's semver does: with a `v` before them, prereleases and build metadata.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

_NUMBER: Final = r"(0|[1-9][0-9]*)"
_WORD: Final = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_SEMVER: Final = re.compile(
    rf"v?{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-({_WORD}(?:\.{_WORD})*))?(?:\+[0-9A-Za-z.-]+)?"
)
_PART: Final = r"(0|[1-9][0-9]*|[xX*])"
_COMPARATOR: Final = re.compile(
    rf"(>=|<=|>|<|=|~|\^)?\s*v?(?:{_PART}(?:\.{_PART})?(?:\.{_PART}(?:[-+][0-9A-Za-z.+-]+)?)?)?"
)
"""One comparator of npm's ranges; parts that are missing are anything."""
_MAX_SAFE_INTEGER: Final = 2**53 - 1
_MAX_LENGTH: Final = 256
EXACT: Final = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")
WILDCARD: Final = re.compile(r"[~^]?[0-9]+\.[0-9]+\.[0-9]+")
INCREASED: Final = {"^": "major", "~": "minor", "": "patch"}


class Semver(NamedTuple):
    """A version as npm reads it."""

    major: int
    minor: int
    patch: int
    prerelease: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[Any, ...]:
        """What versions are ordered by."""
        # A prerelease comes before its release; numbers before words; the longer one later.
        words = [(0, int(each), "") if each.isdigit() else (1, 0, each) for each in self.prerelease]
        return *self[:3], not self.prerelease, words

    def increased(self, part: str) -> Semver:
        """The next version; that of a prerelease may be its own release."""
        major, minor, patch, prerelease = self
        if part == "major":
            return Semver(major if prerelease and not (minor or patch) else major + 1, 0, 0)
        if part == "minor":
            return Semver(major, minor if prerelease and not patch else minor + 1, 0)
        return Semver(major, minor, patch if prerelease else patch + 1)


def semver(text: str) -> Semver | None:
    """Read a version; `None` if npm would not."""
    match = _SEMVER.fullmatch(text.strip()) if len(text) <= _MAX_LENGTH else None
    if match is None:
        return None
    major, minor, patch = (int(each) for each in match.groups()[:3])
    if max(major, minor, patch) > _MAX_SAFE_INTEGER:
        return None
    return Semver(major, minor, patch, tuple((match[4] or "").split(".")) if match[4] else ())


def split(requested: str) -> tuple[str, str]:
    """The prefix, and what stands after it."""
    return (requested[0], requested[1:]) if requested[:1] in {"^", "~"} else ("", requested)


def resolve(registry: Sequence[Any], requested: str | None, release: str | None) -> Any:
    """Return the entry chosen, `None` for none, or the text of what is thrown.

    Args:
        registry: the visible entries, in their order.
        requested: `None` is the latest.
        release: that of the server; `None` filters by none.
    """
    entries = [each for each in registry if release is None or _runs_on(each, release)]
    if requested is not None:
        prefix, base = split(requested)
        least = semver(base)
        if least is None:
            return f"Failed to increase {INCREASED[prefix]} version {base}"
        above = least.increased(INCREASED[prefix])
        entries = [each for each in entries if least.rank <= _rank(each) < above.rank]
    return max(entries, key=_rank, default=None)


def upgradable(version: str) -> str:
    """What the release 0.50 made of a step's version after an edit."""
    if version[:1] in {"^", "~"}:
        return version
    read = semver(version)
    return f"{'~' if read is not None and read.rank < Semver(1, 0, 0).rank else '^'}{version}"


def major_minor(version: str) -> Any:
    """The first two numbers of the least version in a range, or what is thrown."""
    match = _COMPARATOR.fullmatch(version.strip())
    if match is None:
        return {"throws": f"Invalid comparator: {version}"}
    operator, major, minor, _patch = match.groups()
    if operator in {"<", "<="} or not (major or "").isdigit():
        return "0.0"
    return f"{int(major)}.{int(minor) if (minor or '').isdigit() else 0}"


def _runs_on(entry: Any, release: str) -> bool:
    server, first, last = _read(release).rank, entry["min"], entry["max"]
    return (first is None or _read(first).rank <= server) and (
        last is None or server <= _read(last).rank
    )


def _rank(entry: Any) -> tuple[Any, ...]:
    return _read(entry["version"]).rank


def _read(text: str) -> Semver:
    if (read := semver(text)) is None:
        raise ValueError(f"{text!r} is no version")
    return read
