"""What changed in the credentials that a piece asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from pieces_framework.wire import JsonValue

from .key_changes import Judge, key_changes
from .property_changes import CREDENTIAL_JUDGES
from .reading import Fields, fields, is_true, items, shown, text
from .rules import RULES, Change


def auth_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    """Judge what a piece has as `auth`: nothing, one, or a list of several.

    They are told by their types; of one type, the first is compared with the first, and so on.
    """
    before, after = _by_type(old, path), _by_type(new, path)
    removed = [name for name in before if name not in after]
    added = [name for name in after if name not in before]
    if removed and len(before) == len(after) == 1:
        message = f"connections were {shown(removed[0][0])} and are {shown(added[0][0])}"
        yield RULES["auth-type-changed"].change(path, message)
        return
    for name in removed:
        yield RULES["auth-removed"].change(before[name][0], f"{shown(name[0])} is gone")
    was_required = any(_is_required(auth) for _, auth in before.values())
    for name in added:
        where, auth = after[name]
        is_first = _is_required(auth) and not was_required
        rule = RULES["auth-required" if is_first else "auth-added"]
        yield rule.change(where, f"{shown(name[0])} is new")
    for name, (_, auth) in before.items():
        if name in after:
            yield from key_changes(auth, after[name][1], after[name][0], _JUDGES)


def _by_type(auth: JsonValue, path: str) -> Mapping[tuple[str, int], tuple[str, Fields]]:
    """Path and document of each auth, by its type and its place among those of that type."""
    several = [(f"{path}[{index}]", each) for index, each in enumerate(items(auth))]
    found: dict[tuple[str, int], tuple[str, Fields]] = {}
    of_type: Counter[str] = Counter()
    for where, each in several or [(path, auth)]:
        type_ = text(fields(each).get("type"))
        if type_ is not None:
            found[type_, of_type[type_]] = where, fields(each)
            of_type[type_] += 1
    return found


def _is_required(auth: Fields) -> bool:
    return is_true(auth.get("required"))


def _required_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    if is_true(new):
        yield RULES["auth-required"].change(path, "a connection must be chosen now")
    elif is_true(old):
        yield RULES["auth-now-optional"].change(path, "a connection need not be chosen now")


_JUDGES: Final[Mapping[str, Judge]] = {**CREDENTIAL_JUDGES, "required": _required_changes}
