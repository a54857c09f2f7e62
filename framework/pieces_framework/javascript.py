"""JavaScript's own conversions, for values that flows and forms of the original system hold.

Source: ECMA-262, "Number::toString", "StringToNumber" and "StrWhiteSpaceChar".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast

# Nothing is matched twice, so that huge text is read, or refused, in one pass.
_DECIMAL = re.compile(r"[+-]?(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?", re.ASCII)
_PREFIXED = re.compile(r"0(?:[xX][0-9a-fA-F]++|[oO][0-7]++|[bB][01]++)", re.ASCII)
_INTEGER = re.compile(r"(?P<sign>[+-]?)(?=\d)0*+(?P<digits>\d*+)", re.ASCII)
_MAX_DIGITS = 309
"""As many as the largest finite number has: more are not worth converting."""
_TOO_LARGE = 2**1024 - 2**970
"""From here on JavaScript's numbers round to infinity."""
_WHITESPACE = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""`StrWhiteSpaceChar`. Python's own list has \\x1c to \\x1f and \\x85 too, and lacks \\ufeff."""


def js_text(value: object) -> str:
    """Return `value` as JavaScript's `String(value)` would.

    What is neither JSON's nor a list is an object to JavaScript.

    >>> js_text([1, True, None, 2.0])
    '1,true,,2'
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number_text(value)
    if isinstance(value, str):
        return value
    if not isinstance(value, Sequence):
        return "[object Object]"
    items = cast("Sequence[object]", value)
    return ",".join("" if item is None else js_text(item) for item in items)


def js_json(value: object) -> str:
    """Return `value` as JavaScript's `JSON.stringify(value)` would.

    >>> js_json({"a": [1.0, 1e21, True, None, "\u00e9"]})
    '{"a":[1,1e+21,true,null,"\u00e9"]}'

    Raises:
        TypeError: if something in it is not JSON.
        ValueError: if a number in it is infinite, NaN or too large for JavaScript.
    """
    import json

    if value is None or isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int | float):
        if not is_finite(value):
            raise ValueError("JSON cannot say infinity, NaN or numbers beyond all floats")
        return js_text(value)
    if isinstance(value, Mapping):
        entries = cast("Mapping[str, object]", value).items()
        pairs = (
            f"{json.dumps(name, ensure_ascii=False)}:{js_json(item)}" for name, item in entries
        )
        return f"{{{','.join(pairs)}}}"
    if isinstance(value, Sequence):
        return f"[{','.join(map(js_json, cast('Sequence[object]', value)))}]"
    raise TypeError(f"`{type(value).__name__}` is not JSON")


def js_number(text: str) -> int | float | None:
    """Return the finite number `text` writes, or `None`. Plain digits make an exact `int`.

    >>> js_number(" 0x10 "), js_number("1e3"), js_number("1_000"), js_number("9" * 390)
    (16, 1000.0, None, None)
    """
    text = text.strip(_WHITESPACE)
    if whole := _INTEGER.fullmatch(text):
        digits = whole["digits"] or "0"
        return _in_range(int(whole["sign"] + digits)) if len(digits) <= _MAX_DIGITS else None
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
