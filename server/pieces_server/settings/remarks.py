"""What an administrator is told at the start about settings that do nothing."""

from __future__ import annotations

from difflib import get_close_matches
from itertools import groupby
from typing import TYPE_CHECKING, Final

from .documented import DOCUMENTED, Status, without_effect
from .instance_settings import PREFIX, DatabaseType, PiecesSource, Settings, setting_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_OF_THE_CLI: Final = frozenset({"AP_API_KEY", "AP_API_URL"})
_IN_URL: Final = frozenset(
    f"postgres_{part}" for part in ("host", "port", "database", "username", "password")
)
_WORDS: Final = {Status.LATER: "has no effect yet", Status.REFUSED: "has no effect"}


def remarks(environment: Mapping[str, str]) -> list[str]:
    """Return a line for each kind of setting without effect; values are never in it."""
    idle = sorted(without_effect(environment), key=lambda each: (each.status, each.reason))
    return [
        f"{_names(each.name for each in group)} {_WORDS[status]}: {reason}"
        for (status, reason), group in groupby(idle, key=lambda each: (each.status, each.reason))
    ] + [_unknown(name) for name in sorted(map(str.upper, environment)) if _is_unknown(name)]


def contradictions(settings: Settings) -> list[str]:
    """Return a line for each kind of setting that another one leaves without effect."""
    given = [name for name in Settings.model_fields if name in settings.model_fields_set]
    parts = [name for name in given if name.startswith("postgres_")]
    found: list[tuple[list[str], str]] = []
    if settings.db_type is not DatabaseType.POSTGRES:
        found.append((parts, "`AP_DB_TYPE` is not `POSTGRES`"))
    elif settings.postgres_url is not None:
        found.append(([name for name in parts if name in _IN_URL], "`AP_POSTGRES_URL` is set"))
    if settings.pieces_source is not PiecesSource.FILE and settings.dev_pieces:
        found.append((["dev_pieces"], "`AP_PIECES_SOURCE` is not `FILE`"))
    return [
        f"{_names(map(setting_name, names))} has no effect: {reason}"
        for names, reason in found
        if names
    ]


def _known_names() -> set[str]:
    return {
        *map(setting_name, Settings.model_fields),
        *(each.name for each in DOCUMENTED),
        *_OF_THE_CLI,
    }


def _is_unknown(name: str) -> bool:
    return name.startswith(PREFIX) and name not in _known_names()


def _unknown(name: str) -> str:
    close = get_close_matches(name, sorted(_known_names()), n=1, cutoff=0.8)
    return f"`{name}` is no setting" + (f"; `{close[0]}` is one" if close else "")


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
