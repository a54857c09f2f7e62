"""Versions of pieces: what they look like, which fit together, and what a change asks for."""

from __future__ import annotations

from .comparison import Comparison, compare
from .ranges import Candidate, VersionRange, compatible_range, newest
from .rules import RULES, Change, Rule, Severity
from .version import VERSION_PATTERN, Version, VersionError

__all__ = [
    "RULES",
    "VERSION_PATTERN",
    "Candidate",
    "Change",
    "Comparison",
    "Rule",
    "Severity",
    "Version",
    "VersionError",
    "VersionRange",
    "compare",
    "compatible_range",
    "newest",
]
