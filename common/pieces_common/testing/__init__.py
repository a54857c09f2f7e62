"""Tests of a piece without its service: record its HTTP once, replay it from then on."""

from __future__ import annotations

from .cassette import DEFAULT_MAX_AGE, record, replay
from .cassette_error import CassetteError

__all__ = ["DEFAULT_MAX_AGE", "CassetteError", "record", "replay"]
