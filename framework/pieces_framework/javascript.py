"""JavaScript's own conversions, for values that flows and forms of the original system hold.

Source: ECMA-262, "Number::toString" and "StringToNumber".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pieces_framework.wire import JsonValue

_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_PREFIXED = re.compile(r"0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_MAX_CHARACTERS = 400
"""More than any finite number needs: longer text is not worth reading."""
_TOO_LARGE = 2**1024
"""Where JavaScript's numbers end, and infinity begins."""


def js_text(value: JsonValue) -> str:
    """Return `value` as JavaScript's `String(value)` would.

    >>> js_text([1, True, None, 2.0])
    '1,true,,2'
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number_text(value)
    if isinstance(value, Mapping):
        return "[object Object]"
    if isinstance(value, str):
        return value
    return ",".join("" if item is None else js_text(item) for item in value)


def js_number(text: str) -> int | float | None:
    """Return the number `text` writes, or `None`. Plain digits make an `int`.

    >>> js_number(" 0x10 "), js_number("1e3"), js_number("1_000")
    (16, 1000.0, None)
    """
    text = text.strip()
    if len(text) > _MAX_CHARACTERS:
        return None
    if _INTEGER.fullmatch(text):
        return _in_range(int(text))
    if _DECIMAL.fullmatch(text):
        return _in_range(float(text))
    if _PREFIXED.fullmatch(text):
        return _in_range(int(text, 0))
    return None


def is_finite(number: float) -> bool:
    """Whether JavaScript has the number: neither infinite, nor NaN, nor an `int` too large."""
    return abs(number) < _TOO_LARGE  # false for NaN too


def _in_range(number: float) -> int | float | None:
    return number if is_finite(number) else None


def _number_text(value: float) -> str:
    from decimal import Decimal

    if value != value:  # noqa: PLR0124 -- only NaN differs from itself
        return "NaN"
    if not is_finite(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-6 <= abs(value) < 1e21:
        text = format(Decimal(repr(value + 0)), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa, exponent = repr(float(value)).split("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent):+d}"
