"""A wheel read as data: nothing in it is imported, run or unpacked, and the reading is bounded."""

from __future__ import annotations

from .limits import Limits
from .piece_document import PIECE_DOCUMENT, PIECE_SCHEMA, PieceDocument
from .rules import RULES, Rule
from .wheel import (
    PieceWheel,
    WheelFile,
    holds_piece,
    read_identity,
    read_piece_wheel,
    read_wheel,
)

__all__ = [
    "PIECE_DOCUMENT",
    "PIECE_SCHEMA",
    "RULES",
    "Limits",
    "PieceDocument",
    "PieceWheel",
    "Rule",
    "WheelFile",
    "holds_piece",
    "read_identity",
    "read_piece_wheel",
    "read_wheel",
]
