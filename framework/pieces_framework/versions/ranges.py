"""Which versions a flow accepts, and the newest of them that a release can run."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeVar, cast

from .version import Version, VersionError

_FORM: Final = re.compile(r"([~^]?)(.*)", re.DOTALL)


@dataclass(frozen=True)
class VersionRange:
    """Versions that a flow accepts: one, or one and those after it up to a limit.

    `^` is not npm's: below 1.0 it accepts later minor versions as well.

    >>> VersionRange.parse("^0.1.0").allows(Version.parse("0.9.9"))
    True
    >>> VersionRange.parse("~0.1.0").allows(Version.parse("0.2.0"))
    False
    """

    prefix: Literal["", "~", "^"]
    """What is accepted beside the version: nothing, later patches, later minor versions too."""
    version: Version
    """The least one that is accepted."""

    @classmethod
    def parse(cls, text: str) -> VersionRange:
        """Read `X.Y.Z`, `~X.Y.Z` or `^X.Y.Z`.

        Raises:
            VersionError: if `text` has another form.
        """
        match = cast("re.Match[str]", _FORM.fullmatch(text))  # it fits every text
        try:
            version = Version.parse(match[2])
        except VersionError:
            raise VersionError(
                f"{text[:80]!r} is neither a version nor a range of versions",
                hint="write 0.1.0, ~0.1.0 for its later patches too, or ^0.1.0 for all before 1.0",
            ) from None
        return cls(cast("Literal['', '~', '^']", match[1]), version)

    def allows(self, version: Version) -> bool:
        """Whether `version` is accepted."""
        least = self.version
        if self.prefix == "^":
            return version >= least and version.major == least.major
        if self.prefix == "~":
            return version >= least and (version.major, version.minor) == (least.major, least.minor)
        return version == least

    def __str__(self) -> str:
        return f"{self.prefix}{self.version}"


def compatible_range(version: Version) -> VersionRange:
    """Return what a draft made with `version` follows until it is published.

    Source: product documentation, "Piece Versioning": patches below 1.0, minor versions from then.

    >>> str(compatible_range(Version(0, 1, 0))), str(compatible_range(Version(1, 2, 0)))
    ('~0.1.0', '^1.2.0')
    """
    return VersionRange("~" if version.major == 0 else "^", version)


class Candidate(Protocol):
    """A version of a piece that may be chosen."""

    @property
    def version(self) -> Version:
        """Its own version."""
        ...

    @property
    def minimum_supported_release(self) -> Version | None:
        """The first release that can run it, or `None`."""
        ...

    @property
    def maximum_supported_release(self) -> Version | None:
        """The last release that can run it, or `None`."""
        ...


CandidateT = TypeVar("CandidateT", bound=Candidate)


def newest(
    candidates: Iterable[CandidateT],
    requirement: VersionRange | None = None,
    *,
    release: Version | None = None,
) -> CandidateT | None:
    """Return the newest candidate that is accepted; of equal versions the first; else `None`.

    Args:
        candidates: what the asker may see, in order of preference.
        requirement: `None` accepts every version.
        release: leaves out what this release cannot run, whatever is asked for; both bounds of a
            candidate are within. `None` leaves out nothing.
    """
    accepted = (
        candidate
        for candidate in candidates
        if (requirement is None or requirement.allows(candidate.version))
        and (release is None or _runs_on(candidate, release))
    )
    return max(accepted, key=lambda candidate: candidate.version, default=None)


def _runs_on(candidate: Candidate, release: Version) -> bool:
    first, last = candidate.minimum_supported_release, candidate.maximum_supported_release
    return (first is None or first <= release) and (last is None or release <= last)
