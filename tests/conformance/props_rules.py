"""Where our property processing differs from what was recorded, on purpose.

A rule says for which properties and values it holds and what comes out then. Where one holds, the
record must be what the original does, worked out apart from it, and our property must go the
rule's way. Beside an error nothing else is compared: what the original hands on then reaches no
run, and we hand on nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, cast

from pieces_framework import JsonValue
from tests.conformance.ecmascript import UNDEFINED, is_nil, json_text, parse_text, to_number
from tests.conformance.instants import in_calendar, read_instant
from tests.conformance.props_case import (
    Case,
    Generation,
    Outcome,
    is_nothing,
    received,
    refused,
)
from tests.conformance.props_original import (
    CHOICES,
    DATE_MESSAGE,
    MESSAGES,
    is_written_date,
    original,
    unescaped,
)
from tests.conformance.recorded import fields, is_list, is_object
from tests.conformance.recorded import text as same_text

TEXTS: Final = frozenset({"SHORT_TEXT", "LONG_TEXT", "SECRET_TEXT"})
_SIDES: Final = ("after", "before")
_LONG_YEAR: Final = re.compile(r"[+-]\d{6}-|\d{5,}-\d")
_NULL_MESSAGES: Final = {
    **MESSAGES,
    "SECRET_TEXT": "Expected string",
    "STATIC_DROPDOWN": "Expected one of the options",
    "DROPDOWN": "Expected a choice",
    "COLOR": "Expected color",
    "CUSTOM": "Expected a value",
    "DYNAMIC": "Expected object",
}
"""How our messages begin, also of the kinds that the original does not check."""


def refusal(case: Case, message: str = "") -> Outcome:
    """Our refusal of the case's value."""
    return refused(f"{message or _NULL_MESSAGES[case.kind]}, received: {received(case.raw)}")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One deliberate difference."""

    name: str
    reason: str
    applies: Callable[[Case], bool] = lambda _case: False
    promise: Callable[[Case], Outcome] = refusal
    """What comes out. It is no difference where the original does the same."""


def _is_given(case: Case, *kinds: str) -> bool:
    return case.kind in kinds and not is_nil(case.raw)


def _missing(case: Case) -> Outcome:
    return refused("is required") if case.raw is UNDEFINED else refusal(case)


def _is_odd_number(case: Case) -> bool:
    if not _is_given(case, "NUMBER"):
        return False
    raw: Any = case.raw
    odd = isinstance(raw, bool | list | Mapping) or (case.blank and raw != "")
    return odd or not math.isfinite(to_number(case.raw))


def _is_odd_time(case: Case) -> bool:
    raw: Any = case.raw
    if not _is_given(case, "DATE_TIME") or case.blank:
        return False
    if not isinstance(raw, str):
        return raw == 0 or isinstance(raw, bool | list | Mapping) or not in_calendar(raw)
    bare_number = not math.isnan(to_number(raw))
    return bare_number or not is_written_date(raw) or _is_beyond(raw)


def _odd_time(case: Case) -> Outcome:
    if case.raw == 0 and not isinstance(case.raw, bool):
        return Outcome(value="1970-01-01T00:00:00.000Z")
    return refusal(case, DATE_MESSAGE)


def _is_beyond(text: str) -> bool:
    """Whether our calendar lacks it: the day, the year, or its year in UTC."""
    if _LONG_YEAR.match(text.strip()) or _is_impossible_day(text):
        return True
    return text.strip()[:4] in {"0001", "9999"} and read_instant(text) is None


def _is_impossible_day(text: str) -> bool:
    year, _, rest = text.strip().partition("-")
    month, _, day = rest.partition("-")
    try:
        date(int(year), int(month), int(day[:2]))
    except ValueError:
        return year.isdigit() and month.isdigit() and day[:2].isdigit()
    return False


def _is_rounded(case: Case) -> bool:
    """Whether numbers are read that may have more digits than JavaScript keeps."""
    if case.kind == "NUMBER":
        return isinstance(case.raw, str | int)
    listed = case.kind in CHOICES and not _known_options(case)
    return isinstance(case.raw, str) and (listed or case.kind in {"OBJECT", "JSON"})


def _unrounded(case: Case) -> Outcome:
    if case.kind in {"OBJECT", "JSON"} and isinstance(case.raw, str) and not case.blank:
        unread = parse_text(case.raw, exact=True) is UNDEFINED
        return refusal(case) if unread else original(replace(case, exact=True))
    return original(replace(case, exact=True, generation=Generation.NEW))


def _is_odd_range(case: Case) -> bool:
    raw: Any = case.raw
    return (
        case.kind == "DATE_RANGE"
        and is_object(raw)
        and any(not _is_bound(raw.get(side)) for side in _SIDES)
    )


def _is_bound(value: Any) -> bool:
    return is_nothing(value) or (isinstance(value, str) and read_instant(value) is not None)


def _bounds(case: Case) -> Outcome:
    """Of two bounds, the first that is no time is named; empty text is none."""
    raw: Any = case.raw
    for side in _SIDES:
        bound = raw.get(side)
        if original(case).errors or bound == "" or _is_bound(bound):
            continue
        if isinstance(bound, str):
            return refusal(case)
        return refused(f"{MESSAGES['DATE_RANGE']}, received: a bound that is not text")
    kept = {name: each for name, each in raw.items() if name not in _SIDES or each != ""}
    return _known_bounds(replace(case, raw=kept))


def _is_escaped(case: Case) -> bool:
    return case.kind == "DYNAMIC" and is_object(case.raw) and case.schema is None


def _is_dropped(case: Case) -> bool:
    return _is_given(case, "OBJECT") and not case.blank and not is_object(case.raw)


def _dropped(case: Case) -> Outcome:
    parsed = parse_text(case.raw) if isinstance(case.raw, str) else UNDEFINED
    return Outcome(value=parsed) if is_object(parsed) else refusal(case)


def _texts(case: Case) -> Outcome:
    items: Any = case.raw
    if None in items:
        return refusal(case, "Expected text in every item")
    return Outcome(
        value=[
            json_text(each) if (is_object(each) or is_list(each)) else received(each)
            for each in items
        ]
    )


def _known_options(case: Case) -> list[JsonValue]:
    """The values of the recorded property's options: none where the record leaves them out."""
    options: list[Any] = fields(case.document.get("options")).get("options") or []
    return [fields(option).get("value") for option in options]


def _choice(case: Case) -> Outcome:
    """Of a list, the first item that is no option is refused."""
    newest = replace(case, generation=Generation.NEW, exact=True)
    chosen = original(newest)
    if case.kind not in CHOICES:
        values = [cast("JsonValue", case.raw)]
    elif chosen.errors or is_nothing(chosen.value):
        return chosen
    else:
        values = cast("list[JsonValue]", chosen.value)
    known = _known_options(case)
    for value in values:
        if not any(same_text(value) == same_text(option) for option in known):
            if value == "" and case.kind not in CHOICES and not case.required:
                return Outcome(value=None)
            return refused(f"Expected one of the options, received: {received(value)}")
    return chosen if case.kind in CHOICES else Outcome(value=case.raw)


def _color(case: Case) -> Outcome:
    if case.raw == "" and not case.required:
        return Outcome(value=None)
    return Outcome(value=case.raw) if isinstance(case.raw, str) and case.raw else refusal(case)


def _dynamic(case: Case) -> Outcome:
    nothing = case.raw == "" and not case.required
    return Outcome(value=None) if nothing else refusal(case)


def _known_bounds(case: Case) -> Outcome:
    raw: Any = case.raw
    known = {name: raw[name] for name in ("preset", "after", "before") if name in raw}
    return original(replace(case, raw=known))


NEWER: Final = Rule(
    name="newer-coercion",
    reason="where the recorded generation and the newest one coerce differently, we go with the "
    "newest: a checkbox takes the texts true and false, and blank text is nothing to it; a "
    "multiple choice takes one value or the JSON text of a list, and is checked",
)
REQUIRED: Final = Rule(
    name="required-means-given",
    reason="a required property that is absent or null is an error for every kind, but null is an "
    "empty array of fields; to the original an absent one is none, and null passes for "
    "dropdowns, colours, secrets, custom and dynamic properties",
    applies=lambda case: case.required and is_nil(case.raw) and case.kind != "MARKDOWN",
    promise=_missing,
)
RANGE_BOUNDS: Final = Rule(
    name="range-bounds-are-times",
    reason="a bound of a date range is text of a time, and empty text is none; the original takes "
    "any value",
    applies=_is_odd_range,
    promise=_bounds,
)
UNKNOWN_KEYS: Final = Rule(
    name="unknown-keys-dropped",
    reason="a key that is no property, of a step's input or of a row, is dropped; the original "
    "hands it to the run",
    applies=lambda case: (
        case.kind == "DATE_RANGE"
        and is_object(case.raw)
        and not case.raw.keys() <= {"preset", "after", "before"}
    ),
    promise=_known_bounds,
)
NO_CHARACTERS: Final = Rule(
    name="no-character-iteration",
    reason="text given to an array of fields is read as the JSON of its rows, and refused if it is "
    "none; the original makes a row of each character",
)
ROWS: Final = Rule(
    name="rows-are-objects",
    reason="a row of an array of fields that is no object is refused; the original takes it for "
    "one",
)
DEFAULTS: Final = Rule(
    name="defaults-apply",
    reason="where nothing is given (the value is absent, null, or empty text to a kind to which "
    "that is nothing) a property with a default has its default in the run, and beside a default "
    "empty text is kept as a text; the original's run ignores defaults",
)
AUTH_APART: Final = Rule(
    name="auth-is-checked-apart",
    reason="a connection is no property: its auth checks it, and refuses it by an error of its "
    "own that names what is wrong and no value; the original reports it among the properties",
)


RULES: Final = (
    NEWER,
    REQUIRED,
    RANGE_BOUNDS,
    UNKNOWN_KEYS,
    NO_CHARACTERS,
    ROWS,
    AUTH_APART,
    DEFAULTS,
    Rule(
        name="strict-number",
        reason="yes/no, lists, blank text and infinity are refused as numbers; the original takes "
        "what JavaScript makes of them",
        applies=_is_odd_number,
    ),
    Rule(
        name="exact-number",
        reason="whole numbers keep every digit, as numbers in text and within JSON text, and JSON "
        "text with a number beyond all floats is refused; the original rounds to 53 bits, and to "
        "infinity",
        applies=_is_rounded,
        promise=_unrounded,
    ),
    Rule(
        name="escaped-keys",
        reason="the keys of dynamic properties are unescaped also where no children are stored; "
        "the original hands them on as they are then",
        applies=_is_escaped,
        promise=lambda case: Outcome(value=unescaped(cast("Mapping[str, Any]", case.raw))),
    ),
    Rule(
        name="strict-datetime",
        reason="yes/no, text of a bare number, text that is no time and days the calendar lacks "
        "are refused as times, also where the property is optional, the number 0 is the first "
        "moment of 1970, and times outside the years 1 to 9999 are refused; the original takes "
        "the first two for times, moves on to the next month, drops what it cannot read, and 0, "
        "and has the years -271821 to 275760",
        applies=_is_odd_time,
        promise=_odd_time,
    ),
    Rule(
        name="no-silent-drop",
        reason="what is no object, nor JSON text of one, is refused by an optional object too; the "
        "original drops it without a word",
        applies=_is_dropped,
        promise=_dropped,
    ),
    Rule(
        name="blank-text-is-nothing",
        reason="blank text is nothing to an optional JSON property or date range, as to "
        "other kinds",
        applies=lambda case: (
            case.kind in {"JSON", "DATE_RANGE"} and case.blank and not case.required
        ),
        promise=lambda _case: Outcome(value=None),
    ),
    Rule(
        name="array-items-are-text",
        reason="each item of an array without fields becomes text, as in a short text, and null "
        "among them is refused; the original hands them on as they are",
        applies=lambda case: case.kind == "ARRAY" and is_list(case.raw),
        promise=_texts,
    ),
    Rule(
        name="option-membership",
        reason="a static dropdown whose options are known takes only those, so that its type "
        "holds; the original takes any value",
        applies=lambda case: (
            _is_given(case, "STATIC_DROPDOWN", "STATIC_MULTI_SELECT_DROPDOWN")
            and bool(_known_options(case))
        ),
        promise=_choice,
    ),
    Rule(
        name="markdown-has-no-value",
        reason="Markdown is only shown: its value is always nothing; the original hands on what "
        "it is given",
        applies=lambda case: case.kind == "MARKDOWN",
        promise=lambda _case: Outcome(value=None),
    ),
    Rule(
        name="color-is-text",
        reason="a colour is text, and empty text is nothing; the original takes any value",
        applies=lambda case: _is_given(case, "COLOR"),
        promise=_color,
    ),
    Rule(
        name="dynamic-is-an-object",
        reason="dynamic properties take an object only, and empty text is nothing; the original "
        "takes any value",
        applies=lambda case: _is_given(case, "DYNAMIC") and not is_object(case.raw),
        promise=_dynamic,
    ),
)
