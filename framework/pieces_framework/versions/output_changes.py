"""What changed in the results that steps can read: by the output schema, else by the sample.

Between two schemas the kind of a value stays as it is said, but what is not said, or text, may turn
out to be a time. A schema that comes in must not contradict the sample before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from pieces_framework.wire import JsonValue, key_path

from .key_changes import Judge, key_changes
from .output_fields import OBJECT, OutputField, output_fields
from .reading import Fields, fields, is_true, shown, text
from .rules import RULES, Change, Severity
from .sample_changes import Shape, sample_changes, shape_of

_OutputFields: TypeAlias = Mapping[str, OutputField]


def output_judges(old: Fields, new: Fields, path: str) -> Mapping[str, Judge]:
    """Return what judges schema and sample of the part at `path`, which depend on each other.

    A schema says all of the results; without one the sample does. So a schema that comes in must
    have the keys of the sample before it, and where there was one, samples are only examples.
    """
    had, has = output_fields(old), output_fields(new)

    def schema_changes(before: JsonValue, after: JsonValue, where: str) -> Iterator[Change]:
        if had and has:
            judges: dict[str, Judge] = {"fields": lambda _was, _is, at: _list_changes(had, has, at)}
            yield from key_changes(fields(before), fields(after), where, judges)
        elif had:
            yield RULES["output-schema-removed"].change(where, "there is no schema any more")
        elif has:
            yield RULES["output-schema-added"].change(where, "there is a schema now")
            yield from _unfit_result(shape_of(old.get("sampleData")), has, f"{path}.sampleData")

    def samples_changes(before: JsonValue, after: JsonValue, where: str) -> Iterator[Change]:
        found: list[Change] = []
        if not had and not has:
            found = list(sample_changes(shape_of(before), shape_of(after), where))
        yield from found or [RULES["sample-changed"].change(where, "the examples are others")]

    return {"outputSchema": schema_changes, "sampleData": samples_changes}


def _list_changes(before: _OutputFields, after: _OutputFields, path: str) -> Iterator[Change]:
    for key, was in before.items():
        where = key_path(path, key)
        if key in after:
            yield from _field_changes(was, after[key], where)
        else:
            yield RULES["output-removed"].change(where, "the field is gone")
    for key in after:
        if key not in before:
            yield RULES["output-added"].change(key_path(path, key), "the field is new")


def _field_changes(old: OutputField, new: OutputField, path: str) -> Iterator[Change]:
    is_other = old.kind != new.kind and not (old.kind is None and new.is_time)
    left_out = {"children", "listItems", *(["format"] if is_other else [])}
    was, is_ = (
        {key: value for key, value in field.declared.items() if key not in left_out}
        for field in (old, new)
    )
    found = [
        *key_changes(was, is_, path, _FIELD_JUDGES),
        *_list_changes(old.children, new.children, key_path(path, "children")),
        *_list_changes(old.list_items, new.list_items, key_path(path, "listItems")),
    ]
    if is_other and not any(change.severity is Severity.BREAKING for change in found):
        message = f"it was {old.said} and is {new.said}"
        yield RULES["output-type-changed"].change(path, message)
    yield from found


def _format_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    if text(old) != text(new):
        message = f"the format was {shown(old)} and is {shown(new)}"
        yield RULES["output-format-changed"].change(path, message)


def _dynamic_key_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    if is_true(old) != is_true(new):
        message = f"the keys below {'were' if is_true(old) else 'are'} data, and now the opposite"
        yield RULES["output-nesting-changed"].change(path, message)


_FIELD_JUDGES: Final[Mapping[str, Judge]] = {
    "format": _format_changes,
    "dynamicKey": _dynamic_key_changes,
}


def _unfit_result(sample: Shape, schema: _OutputFields, path: str) -> Iterator[Change]:
    """What a sample had that a new schema has not; its fields are those of a list's items too."""
    if sample.kinds and sample.kinds.isdisjoint({"object", "array"}):
        yield RULES["output-type-changed"].change(path, "the sample was no object, and is one now")
    yield from _uncovered(sample, schema, path)
    yield from _unfit_items(sample, schema, path)


def _unfit(sample: Shape, field: OutputField, path: str) -> Iterator[Change]:
    """What a sample had that a field has not, or has as another kind of value."""
    allowed = field.json_kinds
    if sample.kinds and allowed is not None and allowed.isdisjoint(sample.kinds):
        message = f"the sample had another kind of value, and it is {field.said} now"
        yield RULES["output-type-changed"].change(path, message)
    if field.is_dynamic:
        for key, child in sample.children.items():
            yield from _uncovered(child, field.children, key_path(path, key))
    else:
        yield from _uncovered(sample, field.children, path)
    yield from _unfit_items(sample, field.list_items, path)


def _uncovered(sample: Shape, children: _OutputFields, path: str) -> Iterator[Change]:
    for key, child in sample.children.items():
        where = key_path(path, key)
        if key in children:
            yield from _unfit(child, children[key], where)
        else:
            yield RULES["output-removed"].change(where, "the new schema lacks the sample's key")


def _unfit_items(sample: Shape, items: _OutputFields, path: str) -> Iterator[Change]:
    inner = sample.list_items
    if inner is None:
        return
    if items and inner.kinds and inner.kinds.isdisjoint(OBJECT):
        message = "the sample's items were no objects, and are now"
        yield RULES["output-type-changed"].change(f"{path}[]", message)
    yield from _uncovered(inner, items, f"{path}[]")
    yield from _unfit_items(inner, items, f"{path}[]")
