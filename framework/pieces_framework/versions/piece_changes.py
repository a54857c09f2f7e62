"""What changed in a piece as a whole, and in each of its actions and triggers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from pieces_framework.wire import JsonValue, key_path, same_json

from .auth_changes import auth_changes
from .key_changes import Judge, key_changes
from .output_changes import output_judges
from .property_changes import props_changes
from .reading import Fields, fields, identity, shown, text
from .rules import RULES, Change
from .version import Version, VersionError

_EVERYBODY: Final = frozenset({"people", "agents"})
_AUDIENCES: Final = {"human": frozenset({"people"}), "ai": frozenset({"agents"})}
_UNREADABLE: Final = "it was or is no version, so that releases may be left out"


def piece_changes(old: Fields, new: Fields) -> Iterator[Change]:
    """Judge two metadata documents: at least one change for each key that differs."""
    yield from key_changes(old, new, "", _PIECE_JUDGES)


def _part_changes(
    old: JsonValue, new: JsonValue, path: str, *, kind: str, judges: Mapping[str, Judge]
) -> Iterator[Change]:
    before, after = fields(old), fields(new)
    for name in {**before, **after}:
        where = key_path(path, name)
        if name not in after:
            yield RULES[f"{kind}-removed"].change(where, f"the {kind} is gone")
        elif name not in before:
            yield RULES[f"{kind}-added"].change(where, f"the {kind} is new")
        elif not same_json(before[name], after[name]):
            was, is_ = fields(before[name]), fields(after[name])
            both = {**judges, **output_judges(was, is_, where)}
            found = list(key_changes(was, is_, where, both))
            yield from found or [RULES["written-otherwise"].change(where, "it is another value")]


def _action_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    yield from _part_changes(old, new, path, kind="action", judges=_ACTION_JUDGES)


def _trigger_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    yield from _part_changes(old, new, path, kind="trigger", judges=_TRIGGER_JUDGES)


def _require_auth_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    was, is_ = old is not False, new is not False  # absent is true
    if is_ and not was:
        yield RULES["connection-required"].change(path, "a connection must be chosen now")
    elif was and not is_:
        yield RULES["connection-now-optional"].change(path, "a connection need not be chosen now")


def _strategy_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    if text(old) != text(new):
        message = f"it was {shown(old)} and is {shown(new)}"
        yield RULES["strategy-changed"].change(path, message)


def _handshake_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    was, is_ = _configured(old), _configured(new)
    if was and not is_:
        yield RULES["handshake-removed"].change(path, "no request is a handshake any more")
    elif is_ and not was:
        yield RULES["handshake-added"].change(path, "some requests are handshakes now")
    elif was and is_ and identity(was) != identity(is_):
        yield RULES["handshake-changed"].change(path, "other requests are handshakes now")


def _renewal_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    was, is_ = _configured(old), _configured(new)
    if was and not is_:
        yield RULES["renewal-removed"].change(path, "webhooks are not renewed any more")
    elif is_ and not was:
        yield RULES["renewal-added"].change(path, "webhooks are renewed now")
    elif was and is_ and identity(was) != identity(is_):
        yield RULES["renewal-changed"].change(path, "webhooks are renewed at other times")


def _configured(configuration: JsonValue) -> Fields:
    """What handshakes or renewals are configured; nothing where the strategy is `NONE`."""
    declared = fields(configuration)
    return {} if text(declared.get("strategy")) in {None, "NONE"} else declared


def _audience_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    was, is_ = (_AUDIENCES.get(text(each) or "", _EVERYBODY) for each in (old, new))
    for lost in was - is_:
        yield RULES["audience-narrowed"].change(path, f"{lost} do not find it any more")
    for won in is_ - was:
        yield RULES["audience-widened"].change(path, f"{won} find it now")


def _deprecation_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    was, is_ = (each is not None and each is not False for each in (old, new))
    if is_ and not was:
        yield RULES["deprecated"].change(path, "users shall choose something else")
    else:
        yield RULES["deprecation-changed"].change(path, "its deprecation is not what it was")


def _first_release_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    zero = Version(0, 0, 0)
    was, is_ = (_release(each) or zero for each in (old, new))
    if _is_unreadable(new) or (_is_unreadable(old) and is_ != zero):
        yield RULES["releases-narrowed"].change(path, _UNREADABLE)
    elif _is_unreadable(old):
        yield RULES["releases-widened"].change(path, "the first release was none that can be read")
    elif is_ > was:
        yield RULES["releases-narrowed"].change(path, f"the first release was {was} and is {is_}")
    elif is_ < was:
        yield RULES["releases-widened"].change(path, f"the first release was {was} and is {is_}")


def _last_release_changes(old: JsonValue, new: JsonValue, path: str) -> Iterator[Change]:
    was, is_ = _release(old), _release(new)
    if _is_unreadable(new) or (_is_unreadable(old) and is_ is not None):
        yield RULES["releases-narrowed"].change(path, _UNREADABLE)
    elif _is_unreadable(old):
        yield RULES["releases-widened"].change(path, "the last release was none that can be read")
    elif is_ is not None and (was is None or is_ < was):
        yield RULES["releases-narrowed"].change(path, f"the last release is {is_}")
    elif was is not None and (is_ is None or is_ > was):
        yield RULES["releases-widened"].change(path, f"the last release was {was}")


def _release(value: JsonValue) -> Version | None:
    """The release of a bound; `None` for no bound, and for one that cannot be read."""
    try:
        return Version.parse(text(value) or "")
    except VersionError:
        return None


def _is_unreadable(bound: JsonValue) -> bool:
    """Whether there is a bound that is no version: which releases it leaves out, nobody knows."""
    return bound is not None and _release(bound) is None


_ACTION_JUDGES: Final[Mapping[str, Judge]] = {
    "props": props_changes,
    "requireAuth": _require_auth_changes,
    "audience": _audience_changes,
    "deprecated": _deprecation_changes,
}
_TRIGGER_JUDGES: Final[Mapping[str, Judge]] = {
    **_ACTION_JUDGES,
    "type": _strategy_changes,
    "handshakeConfiguration": _handshake_changes,
    "renewConfiguration": _renewal_changes,
}
_PIECE_JUDGES: Final[Mapping[str, Judge]] = {
    "actions": _action_changes,
    "triggers": _trigger_changes,
    "auth": auth_changes,
    "minimumSupportedRelease": _first_release_changes,
    "maximumSupportedRelease": _last_release_changes,
    "deprecated": _deprecation_changes,
}
