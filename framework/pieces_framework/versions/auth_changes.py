"""What changed in the credentials that a piece asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from pieces_framework.wire import JsonValue

from .key_changes import Judge, key_changes
from .property_changes import CREDENTIAL_JUDGES
from .reading import Fields, fields, is_true, items, shown, text
from .rules import RULES, Change


def auth_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    """Judge what a piece has as `auth`: nothing, one, or a list of several, told by their types."""
    before, after = _by_type(old, path), _by_type(new, path)
    removed = [type_ for type_ in before if type_ not in after]
    added = [type_ for type_ in after if type_ not in before]
    if removed and len(before) == len(after) == 1:
        message = f"connections were {shown(removed[0])} and are {shown(added[0])}"
        yield RULES["auth-type-changed"].change(path, message)
        return
    for type_ in removed:
        yield RULES["auth-removed"].change(before[type_][0], f"{shown(type_)} is gone")
    was_required = any(_is_required(auth) for _, auth in before.values())
    for type_ in added:
        where, auth = after[type_]
        is_first = _is_required(auth) and not was_required
        rule = RULES["auth-required" if is_first else "auth-added"]
        yield rule.change(where, f"{shown(type_)} is new")
    for type_, (_, auth) in before.items():
        if type_ in after:
            yield from key_changes(auth, after[type_][1], after[type_][0], _JUDGES)


def _by_type(auth: JsonValue, path: str) -> Mapping[str, tuple[str, Fields]]:
    """Path and document of each auth, by its type; the first of a type counts."""
    several = [(f"{path}[{index}]", each) for index, each in enumerate(items(auth))]
    found: dict[str, tuple[str, Fields]] = {}
    for where, each in several or [(path, auth)]:
        type_ = text(fields(each).get("type"))
        if type_ is not None:
            found.setdefault(type_, (where, fields(each)))
    return found


def _is_required(auth: Fields) -> bool:
    return is_true(auth.get("required"))


def _required_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    if is_true(new):
        yield RULES["auth-required"].change(path, "a connection must be chosen now")
    elif is_true(old):
        yield RULES["auth-now-optional"].change(path, "a connection need not be chosen now")


_JUDGES: Final[Mapping[str, Judge]] = {**CREDENTIAL_JUDGES, "required": _required_changes}
