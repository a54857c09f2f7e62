"""What became stricter or looser in the constraints of a property."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Final, TypeAlias

from pieces_framework.wire import JsonValue, key_path

from .reading import Fields, fields, identity, number
from .rules import RULES, Change

_Tightness: TypeAlias = "tuple[int | float, int]"
"""Of two bounds on one side the greater is the stricter."""
_BOUNDS: Final = {
    "minimum": ("exclusiveMinimum", 1),
    "maximum": ("exclusiveMaximum", -1),
    "minLength": ("", 1),
    "maxLength": ("", -1),
    "minItems": ("", 1),
    "maxItems": ("", -1),
}
"""Names of JSON Schema; the bound that excludes itself; the sign that makes stricter greater."""
_STEP: Final = "multipleOf"
_BOUND_KEYS: Final = {*_BOUNDS, *(exclusive for exclusive, _ in _BOUNDS.values() if exclusive)}
_COUNTS: Final = {"minLength", "minItems"}
"""No value has fewer than none, so that a bound of 0 or less is none."""


def constraint_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    """Judge the values of `constraints`, or what is in their place."""
    before, after = fields(old), fields(new)
    for key in _BOUNDS:
        yield from _ordered(_bound(before, key), _bound(after, key), key_path(path, key))
    yield from _ordered(
        _step(before), _step(after), key_path(path, _STEP), is_looser=_is_multiple_of
    )
    for key in {**before, **after}:
        if key not in _BOUND_KEYS and key != _STEP:
            was, is_ = _said(before, key), _said(after, key)
            yield from _ordered(was, is_, key_path(path, key), is_looser=_never)


def _ordered(
    old: object,
    new: object,
    path: str,
    is_looser: Callable[[object, object], bool] | None = None,
) -> Iterator[Change]:
    """Judge one constraint; `None` is none. Without `is_looser` it is a `_Tightness`."""
    if old == new:
        return
    if new is None or (old is not None and (is_looser or _is_less)(old, new)):
        yield RULES["constraint-loosened"].change(path, "values are taken that were refused")
    else:
        yield RULES["constraint-tightened"].change(path, "values may be refused that were taken")


def _bound(constraints: Fields, key: str) -> _Tightness | None:
    exclusive, sign = _BOUNDS[key]
    limits = [
        (sign * limit, rank)
        for rank, name in enumerate((key, exclusive) if exclusive else (key,))
        if (limit := number(constraints.get(name))) is not None
        and not (key in _COUNTS and limit <= 0)
    ]
    return max(limits, default=None)


def _step(constraints: Fields) -> Fraction | None:
    step = number(constraints.get(_STEP))
    if step is None or step <= 0:
        return None
    return Fraction(step) if isinstance(step, int) else Fraction(repr(step))  # 0.1, as written


def _said(constraints: Fields, key: str) -> object:
    """A pattern, or a constraint no rule knows: no more can be said than that it differs."""
    value = constraints.get(key)
    return None if value is None else identity(value)


def _is_less(old: object, new: object) -> bool:
    return isinstance(old, tuple) and isinstance(new, tuple) and new < old


def _is_multiple_of(old: object, new: object) -> bool:
    if isinstance(old, Fraction) and isinstance(new, Fraction):
        return (old / new).denominator == 1
    return False


def _never(_old: object, _new: object) -> bool:
    return False
