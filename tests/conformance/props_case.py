"""One case of property processing: what was recorded, and what our properties make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final

from pieces_framework import JsonValue, PropsError
from pieces_framework.loading import property_from_metadata
from pieces_framework.property import DateRangeValue, PropertyBase, parse_values
from pieces_framework.times import iso_text
from tests.conformance import recorded
from tests.conformance.ecmascript import UNDEFINED, Value, is_nil, to_text
from tests.conformance.instants import iso_of, read_instant
from tests.conformance.recorded import is_list, is_object

NAME: Final = "x"


class Generation(Enum):
    """Whose behaviour was recorded."""

    OLD = "0.83"
    NEW = "newest"


class Anything(Enum):
    """Stands for what our small model of the original does not say."""

    ANYTHING = "anything"


ANYTHING: Final = Anything.ANYTHING
Documents = Mapping[str, Mapping[str, Any]]
"""Wire documents of properties, by name."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A property, and what a flow supplies for it."""

    document: Mapping[str, Any]
    raw: Value
    """Undefined where nothing is supplied."""
    generation: Generation = Generation.NEW
    absent: bool = False
    """Whether not even the key is there. To JavaScript that is not the same as undefined."""
    schema: Documents | None = None
    """The stored children of a dynamic property."""
    exact: bool = False
    """Whether whole numbers in text keep every digit. To JavaScript they do not."""

    @property
    def kind(self) -> str:
        """The wire `type`."""
        return str(self.document["type"])

    @property
    def required(self) -> bool:
        """Whether a value must be given."""
        return bool(self.document.get("required"))

    @property
    def children(self) -> Documents | None:
        """The properties of an array's rows."""
        children: Documents | None = self.document.get("properties")
        return children

    @property
    def blank(self) -> bool:
        """Whether it is text of nothing but spaces."""
        return isinstance(self.raw, str) and not self.raw.strip()

    def of_child(self, document: Mapping[str, Any], raw: Value) -> Case:
        """The case that a child is by itself."""
        return replace(self, document=document, raw=raw, absent=False, schema=None)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came out: the value, unless there are errors. Then there is no run to hand it to."""

    value: Value | Anything = None
    errors: Mapping[str, Any] | list[str] | Anything = field(default_factory=list[str])
    """In the documented form: a list of messages, or those of the children."""

    def shown(self) -> str:
        """As text that is the same for equal outcomes only; null and undefined are both nothing."""
        if self.errors:
            return f"errors {_text(self.errors)}"
        return f"value {_text(None if is_nothing(self.value) else self.value)}"

    def fits(self, other: Outcome) -> bool:
        """Whether `other` is what this says it is."""
        if self.errors is ANYTHING or (not self.errors and self.value is ANYTHING):
            return True
        return self.shown() == other.shown()


def is_nothing(value: Any) -> bool:
    """Whether it is null or undefined."""
    return value is None or value is UNDEFINED


def refused(*messages: str) -> Outcome:
    """The outcome of a refusal."""
    return Outcome(errors=list(messages))


def run(case: Case) -> Outcome:
    """Let our own property process the case."""
    declared = property_from_metadata(NAME, case.document)
    raw: dict[str, Any] = {} if case.raw is UNDEFINED else {NAME: case.raw}
    schemas: dict[str, Mapping[str, PropertyBase[Any]]] = {}
    if case.schema is not None:
        loaded = {name: property_from_metadata(name, each) for name, each in case.schema.items()}
        schemas[NAME] = loaded
    try:
        value = parse_values({NAME: declared}, raw, schemas=schemas)[NAME]
    except PropsError as error:
        errors: Any = error.document()[NAME]
        return Outcome(errors=errors)
    return Outcome(value=tidied(case, plain_value(value)))


def tidied(case: Case, value: Any) -> Any:
    """Return a value without the children that are nothing: whether such a one is there differs."""
    if case.children is not None and is_list(value):
        return [_without_nothing(row, case.children) for row in value]
    if case.schema is not None and is_object(value):
        return _without_nothing(value, case.schema)
    if case.kind == "DATE_RANGE" and is_object(value):
        return {name: _instant(each) for name, each in value.items() if not is_nothing(each)}
    return value


def plain_value(value: Any) -> Any:
    """Return a run value as JSON."""
    if isinstance(value, datetime):
        return iso_text(value)
    if isinstance(value, DateRangeValue):
        preset = value.preset.value if value.preset else None
        return {"preset": preset, "after": value.after, "before": value.before}
    if is_object(value):
        return {name: plain_value(each) for name, each in value.items()}
    if is_list(value):
        return [plain_value(each) for each in value]
    return value


def _without_nothing(row: Any, declared: Documents) -> Any:
    if not is_object(row):
        return row
    return {
        name: tidied(Case(document=declared[name], raw=None), each) if name in declared else each
        for name, each in row.items()
        if not (name in declared and is_nothing(each))
    }


def _instant(value: Any) -> Any:
    """Return a time, however it is written, as JavaScript's text of it."""
    time = read_instant(value) if isinstance(value, str) else value
    return iso_of(time.astimezone(UTC)) if isinstance(time, datetime) else value


def _text(value: Any) -> str:
    return recorded.text(_json(value))


def _json(value: Any) -> JsonValue:
    if is_object(value):
        return {str(name): _json(each) for name, each in value.items()}
    if is_list(value):
        return [_json(each) for each in value]
    result: JsonValue = str(value) if isinstance(value, Enum) else value
    return result


def received(value: Value) -> str:
    """How messages name a value."""
    if is_nil(value):
        return "null" if value is None else "undefined"
    return to_text(value)
