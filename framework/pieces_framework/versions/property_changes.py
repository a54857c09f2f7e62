"""What changed in properties: of actions, triggers, rows of an array, and credentials."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from functools import partial
from typing import Final

from pieces_framework.wire import JsonValue, key_path, same_json

from .constraint_changes import constraint_changes
from .key_changes import Judge, key_changes
from .reading import Fields, fields, identity, is_true, items, shown, text
from .rules import RULES, Change

_NOTE: Final = "MARKDOWN"
_KINDS: Final[Mapping[str, str]] = dict.fromkeys(
    ("SHORT_TEXT", "LONG_TEXT", "RICH_TEXT", "SECRET_TEXT"), "text"
)
"""Types whose stored values mean the same, as one kind."""
_SIGN_IN_DEFAULT: Final = "authorization_code"
_CLIENT_SENT_DEFAULT: Final = "BODY"


def props_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    """Judge two sets of properties, by name."""
    before, after = fields(old), fields(new)
    for name in {**before, **after}:
        if name in before and name in after and same_json(before[name], after[name]):
            continue
        where, was, is_ = key_path(path, name), _input(before, name), _input(after, name)
        if was is None and is_ is None:
            yield RULES["note-changed"].change(where, "the text in the form is not what it was")
        elif is_ is None:
            yield RULES["prop-removed"].change(where, "the prop is gone")
        elif was is None:
            rule = "required-prop-added" if _is_required(is_) else "optional-prop-added"
            yield RULES[rule].change(where, "the prop is new")
        else:
            found = list(property_changes(was, is_, where))
            yield from found or [RULES["written-otherwise"].change(where, "it is another value")]


def property_changes(old: Fields, new: Fields, path: str) -> Iterator[Change]:
    """Judge two declarations of one property."""
    if _kind(old) != _kind(new):
        message = f"the type was {shown(old.get('type'))} and is {shown(new.get('type'))}"
        yield RULES["prop-type-changed"].change(key_path(path, "type"), message)
        return
    judges: dict[str, Judge] = {
        **CREDENTIAL_JUDGES,
        "type": _type_changes,
        "required": _required_changes,
        "defaultValue": partial(_default_changes, was_required=_is_required(old)),
        "options": _options_changes,
        "constraints": constraint_changes,
        "properties": _rows_changes,
    }
    yield from key_changes(old, new, path, judges)


def _input(props: Fields, name: str) -> Fields | None:
    """The declaration of what the user fills in; `None` if there is nothing of that name."""
    declared = fields(props.get(name))
    return None if name not in props or declared.get("type") == _NOTE else declared


def _is_required(declared: Fields) -> bool:
    return is_true(declared.get("required"))


def _kind(declared: Fields) -> str | None:
    type_ = text(declared.get("type"))
    return None if type_ is None else _KINDS.get(type_, type_)


def _type_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    if text(old) is not None:
        message = f"it was {shown(old)} and is {shown(new)}: the value is text in both"
        yield RULES["text-kind-changed"].change(path, message)


def _required_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    if is_true(new):
        yield RULES["prop-now-required"].change(path, "the prop must be filled in now")
    elif is_true(old):
        yield RULES["prop-now-optional"].change(path, "the prop may be left empty now")


def _default_changes(
    old: JsonValue, new: JsonValue, path: str, *, was_required: bool
) -> Iterator[Change]:
    if new is None and old is not None:
        yield RULES["default-removed"].change(path, "there is no default any more")
    elif old is None and new is not None:
        rule = "default-added" if was_required else "default-added-to-optional"
        yield RULES[rule].change(path, "there is a default now")
    elif old is not None:
        yield RULES["default-changed"].change(path, "the default is another value")


def _options_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    before, after = _options(old), _options(new)
    for value, (place, label) in before.items():
        where = f"{key_path(path, 'options')}[{place}]"
        if value not in after:
            yield RULES["option-removed"].change(where, f"the option {shown(label)} is gone")
        elif not same_json(label, after[value][1]):
            message = f"the option {shown(label)} is called {shown(after[value][1])}"
            yield RULES["option-relabelled"].change(where, message)
    for value, (place, label) in after.items():
        if value not in before:
            where = f"{key_path(path, 'options')}[{place}]"
            yield RULES["option-added"].change(where, f"the option {shown(label)} is new")


def _options(state: JsonValue) -> Mapping[Hashable, tuple[int, JsonValue]]:
    """Place and label of each option, by its value; the first of equal values counts."""
    found: dict[Hashable, tuple[int, JsonValue]] = {}
    for place, option in enumerate(items(fields(state).get("options"))):
        if "value" in (declared := fields(option)):
            found.setdefault(identity(declared["value"]), (place, declared.get("label")))
    return found


def _rows_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    was_rows, is_rows = isinstance(old, Mapping), isinstance(new, Mapping)
    if was_rows and is_rows:
        yield from props_changes(old, new, path)
    elif was_rows or is_rows:
        yield RULES["array-rows-changed"].change(
            path, "items were rows and are texts" if was_rows else "items were texts and are rows"
        )


def _scope_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    before, after = (
        {each for item in items(scope) if (each := text(item)) is not None} for scope in (old, new)
    )
    for scope in sorted(before - after):
        yield RULES["scope-removed"].change(path, f"the scope {shown(scope)} is not asked for")
    for scope in sorted(after - before):
        yield RULES["scope-added"].change(path, f"the scope {shown(scope)} is asked for too")


def _grant_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    was, is_ = text(old) or _SIGN_IN_DEFAULT, text(new) or _SIGN_IN_DEFAULT
    if was != is_:
        message = f"it was {shown(was)} and is {shown(is_)}"
        yield RULES["grant-type-changed"].change(path, message)


def _token_url_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    if text(old) != text(new):
        yield RULES["token-url-changed"].change(path, "it is another URL")


def _authorization_method_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    was, is_ = text(old) or _CLIENT_SENT_DEFAULT, text(new) or _CLIENT_SENT_DEFAULT
    if was != is_:
        message = f"it was {shown(was)} and is {shown(is_)}"
        yield RULES["authorization-method-changed"].change(path, message)


CREDENTIAL_JUDGES: Final[Mapping[str, Judge]] = {
    "props": props_changes,
    "scope": _scope_changes,
    "grantType": _grant_changes,
    "tokenUrl": _token_url_changes,
    "authorizationMethod": _authorization_method_changes,
}
"""For the keys of credentials, which old generations declare among properties too."""
