"""Comparing two objects key by key: what no rule knows is a change all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from pieces_framework.wire import JsonValue, key_path, same_json

from .reading import Fields
from .rules import RULES, Change

Judge: TypeAlias = Callable[[JsonValue, JsonValue, str], Iterable[Change]]
"""Judges two values of a key, `None` for one that is not there, at a path."""

_PLAIN_RULES: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            *("displayName", "description", "label", "placeholder", "labelKey", "value"),
            *("currency", "itemLabel", "aiMetadata", "authors", "categories", "logoUrl"),
            *("username", "password"),
        ),
        "text-changed",
    ),
    **dict.fromkeys(
        (
            *("refreshers", "refreshOnSearch", "auth", "code", "advanced", "width", "icon"),
            *("variant", "formatProperty", "propertyGroups", "errorHandlingOptions", "disabled"),
        ),
        "form-changed",
    ),
    "authUrl": "sign-in-url-changed",
    "testStrategy": "test-strategy-changed",
    "classification": "classification-changed",
}
"""What a difference is called of which no more is to be said than that there is one."""


def key_changes(
    old: Fields, new: Fields, path: str, judges: Mapping[str, Judge]
) -> Iterator[Change]:
    """Yield at least one change for each key whose values are not one JSON value."""
    for key in {**old, **new}:
        if key in old and key in new and same_json(old[key], new[key]):
            continue
        where = key_path(path, key)
        judge = judges.get(key)
        found = list(judge(old.get(key), new.get(key), where)) if judge else []
        yield from found or [_plain_change(key, where, judged=judge is not None)]


def _plain_change(key: str, where: str, *, judged: bool) -> Change:
    if judged:
        return RULES["written-otherwise"].change(where, "it says the same in another way")
    if key in _PLAIN_RULES:
        return RULES[_PLAIN_RULES[key]].change(where, "it is not what it was")
    return RULES["other-changed"].change(where, "it is not what it was; no rule knows the key")
