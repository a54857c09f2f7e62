"""Values in messages."""

from __future__ import annotations

from typing import Final

from pieces_framework.javascript import is_finite

_SHOWN_CHARACTERS: Final = 80
"""How much of a value an error repeats."""


def shown(value: object) -> str:
    """Return the start of `value` for a message."""
    if isinstance(value, int) and not is_finite(value):
        return f"an int of {value.bit_length()} bits"  # Python may refuse to write out its digits
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[: _SHOWN_CHARACTERS - 3]}..."
