"""How a value of a result may be shown, and what kinds of JSON each way takes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

OutputFormat: TypeAlias = Literal[
    "email",
    "url",
    "date",
    "datetime",
    "number",
    "boolean",
    "image",
    "html",
    "currency",
    "filesize",
    "duration",
]

_TEXT: Final = frozenset({"string"})
_AMOUNT: Final = frozenset({"number", "string"})  # pydantic writes a `Decimal` as text
_TIME: Final = frozenset({"number", "string"})  # of an epoch, or as ISO 8601 has it

JSON_KINDS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "email": _TEXT,
        "url": _TEXT,
        "date": _TIME,
        "datetime": _TIME,
        "number": _AMOUNT,
        "boolean": frozenset({"boolean"}),
        "image": _TEXT,
        "html": _TEXT,
        "currency": _AMOUNT,
        "filesize": _AMOUNT,
        "duration": _AMOUNT,
    }
)
"""The kinds of JSON, as JSON Schema calls them, that a value of an `OutputFormat` may be of."""
