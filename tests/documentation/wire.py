"""Metadata as another program reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pieces_framework import JsonValue


def as_read(metadata: Mapping[str, JsonValue]) -> Any:  # JSON, of whatever shape
    """Return a wire document after it was written as JSON and read again."""
    return json.loads(json.dumps(metadata))
