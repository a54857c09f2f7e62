"""What changed in the results that steps can read: by the output schema, else by the sample."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from pieces_framework.wire import JsonValue

from .key_changes import Judge, key_changes
from .reading import Fields, fields, is_true, items, key_path, shown, text
from .rules import RULES, Change
from .sample_changes import Shape, sample_changes, shape_of

_OutputFields: TypeAlias = Mapping[str, Fields]
_KINDS: Final = {
    **dict.fromkeys(("email", "url", "html", "image"), "unsaid"),
    **dict.fromkeys(("currency", "filesize", "duration"), "amount"),
}
"""What formats say of the kind of a value: mostly text, or an amount, as number or text."""
_SAID_BETTER: Final = {("unsaid", "date"), ("unsaid", "datetime"), ("number", "amount")}
"""Kinds that may follow on others, as the values can be the same."""


def output_judges(old: Fields, new: Fields, path: str) -> Mapping[str, Judge]:
    """Return what judges schema and sample of the part at `path`, which depend on each other.

    A schema says all of the results; without one the sample does. So a schema that comes in must
    have the keys of the sample before it, and where there was one, samples are only examples.
    """
    had, has = _schema_fields(old), _schema_fields(new)

    def schema_changes(before: JsonValue, after: JsonValue, where: str) -> Iterator[Change]:
        if had and has:
            judges: dict[str, Judge] = {"fields": _list_changes}
            yield from key_changes(fields(before), fields(after), where, judges)
        elif had:
            yield RULES["output-schema-removed"].change(where, "there is no schema any more")
        elif has:
            yield RULES["output-schema-added"].change(where, "there is a schema now")
            sample = shape_of(old.get("sampleData"))
            yield from _uncovered(sample, has, has, key_path(path, "sampleData"))

    def samples_changes(before: JsonValue, after: JsonValue, where: str) -> Iterator[Change]:
        found: list[Change] = []
        if not had and not has:
            found = list(sample_changes(shape_of(before), shape_of(after), where))
        yield from found or [RULES["sample-changed"].change(where, "the examples are others")]

    return {"outputSchema": schema_changes, "sampleData": samples_changes}


def _schema_fields(part: Fields) -> _OutputFields:
    return _by_key(fields(part.get("outputSchema")).get("fields"))


def _by_key(declared: JsonValue) -> _OutputFields:
    """The fields of a list of them, by key; the first of a key counts."""
    found: dict[str, Fields] = {}
    for each in items(declared):
        key = text(fields(each).get("key"))
        if key is not None:
            found.setdefault(key, fields(each))
    return found


def _list_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    before, after = _by_key(old), _by_key(new)
    for key, was in before.items():
        where = key_path(path, key)
        if key in after:
            yield from key_changes(was, after[key], where, _FIELD_JUDGES)
        else:
            yield RULES["output-removed"].change(where, "the field is gone")
    for key in after:
        if key not in before:
            yield RULES["output-added"].change(key_path(path, key), "the field is new")


def _format_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    was, is_ = _kind(old), _kind(new)
    message = f"the format was {shown(old)} and is {shown(new)}"
    if was != is_ and (was, is_) not in _SAID_BETTER:
        yield RULES["output-type-changed"].change(path, message)
    elif text(old) != text(new):
        yield RULES["output-format-changed"].change(path, message)


def _kind(format_: JsonValue) -> str:
    said = text(format_)
    return "unsaid" if said is None else _KINDS.get(said, said)


def _dynamic_key_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    if is_true(old) != is_true(new):
        message = f"the keys below {'were' if is_true(old) else 'are'} data, and now the opposite"
        yield RULES["output-nesting-changed"].change(path, message)


_FIELD_JUDGES: Final[Mapping[str, Judge]] = {
    "format": _format_changes,
    "dynamicKey": _dynamic_key_changes,
    "children": _list_changes,
    "listItems": _list_changes,
}


def _uncovered(
    sample: Shape, children: _OutputFields, list_items: _OutputFields, path: str
) -> Iterator[Change]:
    """What a sample had that the fields of the new schema have not.

    The fields of a whole result stand for those of an object and of the items of a list alike.
    """
    for key, child in sample.children.items():
        where = key_path(path, key)
        if key in children:
            yield from _contradicted(child, children[key], where)
        else:
            yield RULES["output-removed"].change(where, "the new schema lacks the sample's key")
    if sample.list_items is not None:
        yield from _uncovered(sample.list_items, list_items, list_items, f"{path}[]")


def _contradicted(sample: Shape, declared: Fields, path: str) -> Iterator[Change]:
    kind = _kind(declared.get("format"))
    if kind in {"number", "boolean"} and sample.kinds and kind not in sample.kinds:
        message = f"the sample had another value than the `{kind}` of the new schema"
        yield RULES["output-type-changed"].change(path, message)
    if not is_true(declared.get("dynamicKey")):
        children, list_items = (_by_key(declared.get(key)) for key in ("children", "listItems"))
        yield from _uncovered(sample, children, list_items, path)
