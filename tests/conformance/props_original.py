"""The original's property processing in small, by its documented rules and JavaScript's.

It says what must have been recorded where we differ on purpose, and nothing of our own can tell
whether the record is true. Where JavaScript's engine decides (which texts its dates read), it says
`ANYTHING`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias, cast

from pieces_framework import JsonValue
from tests.conformance.ecmascript import (
    UNDEFINED,
    Value,
    exact_number,
    is_nil,
    json_text,
    parse_text,
    to_number,
)
from tests.conformance.instants import iso_of, iso_of_ms, read_instant
from tests.conformance.props_case import (
    ANYTHING,
    Anything,
    Case,
    Documents,
    Generation,
    Outcome,
    is_nothing,
    received,
    refused,
    tidied,
)
from tests.conformance.recorded import is_list, is_object

DATE_MESSAGE: Final = "Invalid datetime format. Expected ISO format (e.g. 2024-03-14T12:00:00.000Z)"
MESSAGES: Final = {
    "SHORT_TEXT": "Expected string",
    "LONG_TEXT": "Expected string",
    "RICH_TEXT": "Expected string",
    "NUMBER": "Expected number",
    "CHECKBOX": "Expected boolean",
    "ARRAY": "Expected array",
    "OBJECT": "Expected object",
    "JSON": "Expected JSON",
    "MULTI_SELECT_DROPDOWN": "Expected array",
    "STATIC_MULTI_SELECT_DROPDOWN": "Expected array",
    "DATE_TIME": DATE_MESSAGE,
    "DATE_RANGE": "Expected date range",
}
"""How the message begins, of each kind that is checked at all."""
PRESETS: Final = frozenset(
    {
        "any_time",
        "last_24_hours",
        "last_7_days",
        "last_30_days",
        "last_90_days",
        "this_month",
        "custom",
    }
)
CHOICES: Final = frozenset({"MULTI_SELECT_DROPDOWN", "STATIC_MULTI_SELECT_DROPDOWN"})
_WRITTEN_DATE: Final = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}/\d{4}|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
    re.IGNORECASE,
)
_ESCAPED: Final = "~ap~"
_Result: TypeAlias = "tuple[Value | Anything, bool | Anything]"
"""The value, and whether it is valid."""


def original(case: Case) -> Outcome:
    """Return what the original makes of `case`."""
    if case.absent:
        return Outcome(value=None)
    if case.children is not None:
        return _rows(case, case.children)
    if case.schema is not None and is_object(case.raw):
        given, schema = unescaped(case.raw), unescaped(case.schema)
        return together(case, given, schema, original)
    value, valid = _processed(case)
    if valid is ANYTHING:
        return Outcome(value=ANYTHING, errors=ANYTHING)
    if not valid:
        return refused(f"{MESSAGES[case.kind]}, received: {received(case.raw)}")
    return Outcome(value=value)


def unescaped(named: Mapping[str, Any]) -> dict[str, Any]:
    """Return it under the names of dynamic children, of which the form escapes some."""
    return {_unescaped_name(name): value for name, value in named.items()}


def is_written_date(text: str) -> bool:
    """Whether a year, a month and a day can be found in it."""
    return bool(_WRITTEN_DATE.search(text))


def together(
    case: Case,
    given: Mapping[str, Any],
    declared: Documents,
    each: Callable[[Case], Outcome],
    *,
    fills: bool = False,
) -> Outcome:
    """Return what comes out of an object whose `declared` children are judged by `each`.

    Where `fills`, a child that is absent and has a default is there.
    """
    values = {name: value for name, value in given.items() if value is not UNDEFINED}
    errors: dict[str, Any] = {}
    for name, document in declared.items():
        outcome = each(case.of_child(document, given.get(name, UNDEFINED)))
        filled = fills and document.get("defaultValue") is not None
        absent = name not in given and not outcome.errors and not filled
        if outcome.errors:
            if name in given or outcome.errors == ["is required"]:
                errors[name] = outcome.errors
        elif not absent:
            values[name] = outcome.value
        if is_nothing(values.get(name)):
            values.pop(name, None)
    return Outcome(value=values, errors=errors)


def zipped(raw: Any) -> list[Any]:
    """Return the rows of an array that is given as an object of columns."""
    if not is_object(raw):
        return list(raw)
    columns = {name: each for name, each in raw.items() if is_list(each)}
    height = max(map(len, columns.values()), default=1 if raw else 0)
    return [
        {
            name: (each[index] if index < len(each) else UNDEFINED) if name in columns else each
            for name, each in raw.items()
        }
        for index in range(height)
    ]


def rows_together(rows: list[Outcome]) -> Outcome:
    """Return what comes out of an array of which each row came out so."""
    if any(row.errors for row in rows):
        return Outcome(errors={"properties": [row.errors or {} for row in rows]})
    return Outcome(value=cast("JsonValue", [row.value for row in rows]))


def _unescaped_name(name: str) -> str:
    if not name.startswith(_ESCAPED):
        return name
    return re.sub(r"~([0-5])", lambda match: "~.[]\"'"[int(match[1])], name[len(_ESCAPED) :])


def _rows(case: Case, children: Documents) -> Outcome:
    raw = case.raw
    if is_nil(raw):
        return Outcome(value=[])
    if isinstance(raw, str):
        return Outcome(value=[{"0": character} for character in raw])
    if not (is_object(raw) or is_list(raw)):
        return refused(f"{MESSAGES['ARRAY']}, received: {received(raw)}")
    rows = zipped(raw)
    if not all(is_object(row) for row in rows):
        return Outcome(value=ANYTHING, errors=ANYTHING)
    return rows_together([together(case, row, children, original) for row in rows])


def _processed(case: Case) -> _Result:
    raw, optional = case.raw, not case.required
    if case.kind not in MESSAGES and case.kind != "SECRET_TEXT":
        return raw, True
    if case.kind in CHOICES and case.generation is Generation.OLD:
        return raw, True
    if is_nil(raw):
        return None, optional or case.kind == "SECRET_TEXT"
    if case.kind in {"SHORT_TEXT", "LONG_TEXT", "SECRET_TEXT"}:
        return _text(raw, optional=optional), True
    return _PROCESSORS[case.kind](case, raw)


def _text(raw: Value, *, optional: bool) -> Value:
    if optional and raw == "":
        return UNDEFINED
    return json_text(raw) if is_object(raw) or is_list(raw) else received(raw)


def _rich_text(_case: Case, raw: Any) -> _Result:
    return raw, isinstance(raw, str)


def _number(case: Case, raw: Any) -> _Result:
    if raw == "":
        return UNDEFINED, not case.required
    number = to_number(raw)
    if math.isinf(number):
        return ANYTHING, ANYTHING
    if case.exact and not math.isnan(number):
        return (exact_number(raw) if isinstance(raw, str) else raw), True
    return number, not math.isnan(number)


def _checkbox(case: Case, raw: Any) -> _Result:
    if case.generation is Generation.NEW and isinstance(raw, str):
        if not raw.strip():
            return UNDEFINED, not case.required
        raw = {"true": True, "false": False}.get(raw, raw)
    return raw, isinstance(raw, bool)


def _array(_case: Case, raw: Any) -> _Result:
    return raw, is_list(raw)


def _object(case: Case, raw: Any) -> _Result:
    value = parse_text(raw, exact=case.exact) if isinstance(raw, str) else raw
    if not isinstance(raw, str | Mapping):
        value = UNDEFINED
    return value, not case.required if is_nothing(value) else is_object(value)


def _json(case: Case, raw: Any) -> _Result:
    if raw == "":
        return UNDEFINED, not case.required
    if case.blank and not case.required:
        return UNDEFINED, ANYTHING
    value = parse_text(raw, exact=case.exact) if isinstance(raw, str) else raw
    return value, (is_object(value) or is_list(value))


def _choices(case: Case, raw: Any) -> _Result:
    if is_list(raw):
        return raw, True
    if case.blank:
        return UNDEFINED, not case.required
    parsed = parse_text(raw, exact=case.exact) if isinstance(raw, str) else UNDEFINED
    return (parsed if is_list(parsed) else [raw]), True


def _date_time(case: Case, raw: Any) -> _Result:
    if case.blank:
        return UNDEFINED, not case.required
    if isinstance(raw, str) and (is_written_date(raw) or not math.isnan(to_number(raw))):
        time = read_instant(raw)
        return (iso_of(time), True) if time else (ANYTHING, ANYTHING)
    if is_list(raw) and raw:
        return ANYTHING, ANYTHING
    if isinstance(raw, bool | int | float) and raw:
        written = iso_of_ms(raw)
        if written:
            return written, True
    return UNDEFINED, not case.required


def _date_range(case: Case, raw: Any) -> _Result:
    return tidied(case, raw), is_object(raw) and str(raw.get("preset", "custom")) in PRESETS


_PROCESSORS: Final[Mapping[str, Callable[[Case, Any], _Result]]] = {
    "RICH_TEXT": _rich_text,
    "NUMBER": _number,
    "CHECKBOX": _checkbox,
    "ARRAY": _array,
    "OBJECT": _object,
    "JSON": _json,
    "MULTI_SELECT_DROPDOWN": _choices,
    "STATIC_MULTI_SELECT_DROPDOWN": _choices,
    "DATE_TIME": _date_time,
    "DATE_RANGE": _date_range,
}
