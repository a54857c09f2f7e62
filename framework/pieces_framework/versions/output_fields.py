"""What a document's output schema says of the fields of a result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pieces_framework.output_formats import JSON_KINDS
from pieces_framework.wire import JsonValue

from .reading import Fields, fields, is_true, items, shown, text

OBJECT: Final = frozenset({"object"})
_LIST: Final = frozenset({"array"})
_TEXT: Final = frozenset({"string"})
_TIMES: Final = ("date", "datetime")


@dataclass(frozen=True)
class OutputField:
    """One field of a schema."""

    declared: Fields
    children: Mapping[str, OutputField]
    list_items: Mapping[str, OutputField]

    @property
    def kind(self) -> str | frozenset[str] | None:
        """Return what is to stay the same; `None` for text, and for what is not said.

        No format says "text", so a field without one is taken for it. Formats whose values are of
        the same kinds of JSON are one kind. Times, and formats that are not known, are kinds of
        their own.
        """
        if self.json_kinds is not None:
            return self.json_kinds
        format_ = text(self.declared.get("format"))
        return None if JSON_KINDS.get(format_ or "") == _TEXT else format_

    @property
    def json_kinds(self) -> frozenset[str] | None:
        """Return the kinds of JSON that a value can be of; `None` for text, times and unsaid."""
        if self.children or self.is_dynamic:
            return OBJECT
        if self.list_items:
            return _LIST
        format_ = text(self.declared.get("format"))
        allowed = None if format_ in _TIMES else JSON_KINDS.get(format_ or "")
        return None if allowed == _TEXT else allowed

    @property
    def is_time(self) -> bool:
        """Whether it is a date or a time, which are written as text."""
        return self.kind in _TIMES

    @property
    def is_dynamic(self) -> bool:
        """Whether its keys are data; the children are those of each of its values."""
        return is_true(self.declared.get("dynamicKey"))

    @property
    def said(self) -> str:
        """Return the kind for a message."""
        if self.json_kinds in (OBJECT, _LIST):
            return "an object" if self.json_kinds == OBJECT else "a list"
        format_ = text(self.declared.get("format"))
        return "not said" if format_ is None else shown(format_)


def output_fields(part: Fields) -> Mapping[str, OutputField]:
    """Return the fields of the schema of an action or a trigger, by key; none without a schema."""
    return _by_key(fields(part.get("outputSchema")).get("fields"))


def _by_key(declared: JsonValue) -> Mapping[str, OutputField]:
    """The fields of a list of them; the first of a key counts."""
    found: dict[str, OutputField] = {}
    for each in map(fields, items(declared)):
        key = text(each.get("key"))
        if key is not None and key not in found:
            children, list_items = (_by_key(each.get(name)) for name in ("children", "listItems"))
            found[key] = OutputField(each, children, list_items)
    return found
