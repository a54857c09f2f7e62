"""What samples say of results, and what changed in it.

Only keys and kinds of values are read; no value is ever shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pieces_framework.wire import JsonValue, key_path, kind_of

from .reading import fields, items
from .rules import RULES, Change, Severity


@dataclass(frozen=True)
class Shape:
    """What one value, or the items of a list taken together, look like."""

    kinds: frozenset[str] = frozenset()
    """Which kinds of values there are; null says nothing."""
    children: Mapping[str, Shape] = field(default_factory=dict[str, "Shape"])
    """The keys of the objects."""
    list_items: Shape | None = None
    """The items of the lists."""


_NOTHING = Shape()


def shape_of(value: JsonValue) -> Shape:
    """Return the shape of a sample."""
    return shape_of_all([value])


def shape_of_all(values: Sequence[JsonValue]) -> Shape:
    """Return what several values in one place look like together."""
    by_key: dict[str, list[JsonValue]] = {}
    for value in values:
        for key, child in fields(value).items():
            by_key.setdefault(key, []).append(child)
    kinds = frozenset(map(kind_of, values)) - {"null"}
    inner = [item for value in values for item in items(value)]
    return Shape(
        kinds=kinds,
        children={key: shape_of_all(children) for key, children in by_key.items()},
        list_items=shape_of_all(inner) if "array" in kinds else None,
    )


def sample_changes(old: Shape, new: Shape, path: str) -> Iterator[Change]:
    """Judge two samples where no schema says more."""
    # Fewer kinds than before are still kinds that were there before; null tells of none.
    fits = not old.kinds or bool(new.kinds and new.kinds <= old.kinds)
    inner = list(_inner_changes(old, new, path))
    if fits or new.list_items is not None:
        was, is_ = (shape.list_items or _NOTHING for shape in (old, new))
        inner += sample_changes(was, is_, f"{path}[]") if was != is_ else ()
    yield from inner
    if not fits and not any(change.severity is Severity.BREAKING for change in inner):
        message = f"it was {_named(old.kinds)} and is {_named(new.kinds)}"
        yield RULES["sample-type-changed"].change(path, message)


def _inner_changes(old: Shape, new: Shape, path: str) -> Iterator[Change]:
    for key, child in old.children.items():
        where = key_path(path, key)
        if key in new.children:
            yield from sample_changes(child, new.children[key], where)
        else:
            yield RULES["output-removed"].change(where, "the sample lacks the key now")
    for key in new.children:
        if key not in old.children:
            yield RULES["output-added"].change(key_path(path, key), "the sample has the key now")


def _named(kinds: frozenset[str]) -> str:
    return " or ".join(f"`{kind}`" for kind in sorted(kinds)) or "`null`"
