"""Pieces from their wire metadata, without their code.

camelCase is converted here, field by field, to the keywords of the classes. What they cannot hold
goes into an overlay, which puts it back into `metadata()`. Names are data and stay as they are.
"""

from __future__ import annotations

from .auths import UnknownAuth, auth_from_metadata
from .piece import piece_from_metadata
from .properties import (
    AuthProperty,
    UnknownProperty,
    properties_from_metadata,
    property_from_metadata,
)

__all__ = [
    "AuthProperty",
    "UnknownAuth",
    "UnknownProperty",
    "auth_from_metadata",
    "piece_from_metadata",
    "properties_from_metadata",
    "property_from_metadata",
]
