"""The little of JavaScript that the original helper's outcome depends on.

Written from ECMA-262, apart from our own conversions: what is checked with it may not share
their mistakes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Final, NoReturn, TypeAlias

from typing_extensions import TypeIs

from pieces_framework import JsonValue


class Undefined(Enum):
    """JavaScript's `undefined`, which is not its `null`."""

    UNDEFINED = "undefined"


UNDEFINED: Final = Undefined.UNDEFINED

Value: TypeAlias = "JsonValue | Undefined"

_RADIX: Final = {"0b": 2, "0o": 8, "0x": 16}
_CONTROL_SPACE: Final = (9, 10, 11, 12, 13, 32)
_WIDE_SPACE: Final = (0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
SPACE: Final = "".join(map(chr, (*_CONTROL_SPACE, *_WIDE_SPACE, 0x2028, 0x2029, 0xFEFF)))
_DIGITS: Final = frozenset("0123456789")


class JsTypeError(Exception):
    """JavaScript's `TypeError`."""


def read_field(value: Value, name: str) -> Value:
    """`value[name]`, for a name that only an object of the case may have.

    Raises:
        JsTypeError: if `value` is null.
    """
    if is_nil(value):
        raise JsTypeError(f"cannot read `{name}` of null")
    return value.get(name, UNDEFINED) if isinstance(value, Mapping) else UNDEFINED


def is_nil(value: Value) -> TypeIs[Undefined | None]:
    """Whether `value` is null or undefined."""
    return value is None or value is UNDEFINED


def parse_text(text: str, *, exact: bool = False) -> Value:
    """`JSON.parse(text)`; undefined where it throws.

    Where `exact`, not JavaScript's: whole digits are not rounded, and no number is infinite.
    """
    try:
        parsed: JsonValue = json.loads(
            text,
            parse_constant=_refuse,
            parse_int=int if exact else _rounded,
            parse_float=_finite if exact else float,
        )
    except (ValueError, RecursionError):
        return UNDEFINED
    return parsed


def json_text(value: JsonValue) -> str:
    """`JSON.stringify(value)`."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_quoted(k)}:{json_text(each)}" for k, each in value.items()) + "}"
    if isinstance(value, str):
        return _quoted(value)
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "null"
    if isinstance(value, int | float):
        return to_text(value)
    return "[" + ",".join(map(json_text, value)) + "]"


def to_number(value: Value) -> float:
    """`Number(value)`.

    Raises:
        JsTypeError: if an object hides `toString`.
    """
    primitive = _to_primitive(value)
    if isinstance(primitive, str):
        return _number_of_text(primitive)
    if isinstance(primitive, Undefined):
        return math.nan
    try:
        return float(primitive or 0)
    except OverflowError:
        return math.copysign(math.inf, primitive or 0)


def exact_number(text: str) -> int | float | None:
    """The finite number `text` writes, not rounded if it is whole digits; `None` if it has none.

    Not JavaScript's: to it blank text is 0, and a number has 53 bits.
    """
    number = _number_of_text(text)
    written = _strip(text).lower()
    if not written or not math.isfinite(number):
        return None
    radix = _RADIX.get(written[:2])
    if radix:
        return int(written[2:], radix)
    digits = written.lstrip("+-")
    if not _DIGITS.issuperset(digits):
        return number
    whole = int(digits.lstrip("0") or "0")
    return -whole if written.startswith("-") else whole


def js_max(one: Value, other: Value) -> float:
    """`Math.max(one, other)`."""
    numbers = [to_number(one), to_number(other)]
    return math.nan if any(map(math.isnan, numbers)) else max(numbers)


def is_greater(one: Value, other: Value) -> bool:
    """`one > other`: text with text by its characters, all else by number."""
    left, right = _to_primitive(one), _to_primitive(other)
    if isinstance(left, str) and isinstance(right, str):
        return _code_units(left) > _code_units(right)
    return to_number(left) > to_number(right)


def is_same(one: Value, other: Value) -> bool:
    """`one === other`: an object or a list is never the same as one read elsewhere."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, str | int | float) and isinstance(other, str | int | float):
        return one == other
    return is_nil(one) and one is other


def slice_from(values: list[Value], start: float) -> list[Value]:
    """`values.slice(start)`."""
    if math.isnan(start) or start == -math.inf:
        return values
    if start == math.inf:
        return []
    first = int(start)
    return values[max(len(values) + first, 0) if first < 0 else first :]


def through_json(value: JsonValue) -> JsonValue:
    """`JSON.parse(JSON.stringify(value))`."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Mapping):
        return {key: through_json(each) for key, each in value.items()}
    return [through_json(each) for each in value]


def _to_primitive(value: Value) -> str | float | Undefined | None:
    if value is None or isinstance(value, str | int | float | Undefined):
        return value
    return to_text(value)


def to_text(value: JsonValue) -> str:
    """`String(value)`, but for null alone: within a list, where it is met, it is nothing."""
    if isinstance(value, Mapping):
        if "toString" in value:
            raise JsTypeError("cannot convert object to primitive value")
        return "[object Object]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _text_of_number(value)
    if value is None or isinstance(value, str):
        return value or ""
    return ",".join(map(to_text, value))


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _rounded(digits: str) -> int | float:
    rounded = float(digits)
    return int(rounded) if math.isfinite(rounded) else rounded


def _finite(written: str) -> float:
    number = float(written)
    if not math.isfinite(number):
        raise ValueError(f"{written} is beyond all numbers")
    return number


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _number_of_text(text: str) -> float:
    text = _strip(text)
    if not text:
        return 0.0
    radix = _RADIX.get(text[:2].lower())
    if radix:
        return _number_of_digits(text[2:], radix)
    sign = -1.0 if text[0] == "-" else 1.0
    unsigned = text[1:] if text[0] in "+-" else text
    if unsigned == "Infinity":
        return sign * math.inf
    mantissa, e, exponent = unsigned.replace("E", "e").partition("e")
    whole, _, fraction = mantissa.partition(".")
    written = whole + fraction
    power = exponent[1:] if exponent[:1] in {"+", "-"} else exponent
    if not written or not _DIGITS.issuperset(written) or not _DIGITS.issuperset(power):
        return math.nan
    return math.nan if e and not power else sign * float(unsigned)


def _strip(text: str) -> str:
    return text.strip(SPACE)


def _number_of_digits(digits: str, radix: int) -> float:
    if not digits or not frozenset("0123456789abcdef"[:radix]).issuperset(digits.lower()):
        return math.nan
    try:
        return float(int(digits, radix))
    except OverflowError:
        return math.inf


def _text_of_number(number: float) -> str:
    if math.isnan(number):
        return "NaN"
    if number < 0:
        return f"-{_text_of_number(-number)}"
    if math.isinf(number):
        return "Infinity"
    _, shortest, exponent = Decimal(repr(number)).normalize().as_tuple()
    digits = "".join(map(str, shortest))
    point = len(digits) + int(exponent)  # where it lies, counted from the first digit
    if len(digits) <= point <= 21:
        return digits.ljust(point, "0")
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if digits[1:] else ""
    return f"{digits[0]}{fraction}e{point - 1:+d}"


def _code_units(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")
