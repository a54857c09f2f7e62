"""One thing the probe looks at, and what it needs to do so."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from json import dumps, loads  # a piece may put others in their place
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pieces_engine.credentials import AnyPart
from pieces_framework.action import Action
from pieces_framework.piece import Piece

from .verdict import Place, Verdict

if TYPE_CHECKING:
    from pieces_framework.wire import JsonValue

    from .guard import Code, Guard

Step: TypeAlias = Callable[[str], None]
"""Says which promise is looked at from now on; its deadline begins anew."""

_WRITTEN_PLACE: Final = re.compile(r"\((?P<path>.*):(?P<line>\d+)\)$")


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The piece that is examined, and what is known from outside of it."""

    piece: Piece[Any]
    code: Code
    guard: Guard
    folder: str
    """The piece's folder; empty for an installed piece without one."""
    key: str
    """The entry point's name, such as `google-drive`."""
    distribution: str
    version: str
    """As written; empty if the project names none."""
    place: Place
    """Where the piece is declared."""


@dataclass(frozen=True, kw_only=True)
class Examination:
    """Looks at some promises at once, because one run shows them all."""

    rules: Sequence[str]
    part: str = ""
    place: Place
    examine: Callable[[Step], Awaitable[list[Verdict]]]
    """Returns what is broken or was not run; the other rules are kept."""


def place_of(part: AnyPart) -> Place:
    """Return where the function of an action or trigger is written."""
    found = _WRITTEN_PLACE.search(part.where)
    return Place(path=found["path"], line=int(found["line"])) if found else Place()


def parts_of(piece: Piece[Any]) -> list[AnyPart]:
    """Return the piece's actions and triggers, in order."""
    return [*piece.actions.values(), *piece.triggers.values()]


def live_rule(part: AnyPart) -> str:
    """Return the promise that shows with a service."""
    return "run-against-service" if isinstance(part, Action) else "life-against-service"


def schema_of(part: AnyPart) -> JsonValue:
    """Return the wire form of the part's output schema, given or derived; `None` for none."""
    try:
        return part.metadata().get("outputSchema")
    # Whatever it is: `metadata-is-json` reports it.
    except Exception:  # noqa: BLE001
        return None


def json_copy(document: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return what another process reads of `document`."""
    copied: dict[str, JsonValue] = loads(dumps(document))
    return copied
