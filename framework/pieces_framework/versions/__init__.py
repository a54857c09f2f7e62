"""Versions of pieces: what they look like, which fit together, and what a change asks for."""

from __future__ import annotations

from .version import Version, VersionError

__all__ = ["Version", "VersionError"]
