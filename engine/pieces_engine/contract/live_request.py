"""What the fixture `contract_service` says, read for one action or trigger."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from pieces_engine.boundary import Masker
from pieces_framework.context import WebhookPayload
from pieces_framework.wire import json_problem

from .attempt import described
from .event_payload import PayloadDocument, payload_document
from .verdict import Place

if TYPE_CHECKING:
    from .observation import PartSummary
    from .service import ContractService

FIXTURE: Final = "contract_service"


class FixtureError(Exception):
    """The fixture does not fit the piece, or an event of it failed; the text is for its author."""


def request_document(
    service: ContractService, part: str, parts: Collection[PartSummary]
) -> dict[str, object]:
    """Return what the probe is asked, as JSON.

    Raises:
        FixtureError: if the service names what the piece has not, or holds what is no JSON.
    """
    if problems := [*_type_problems(service)] or [*_name_problems(service, parts)]:
        raise FixtureError(f"`{FIXTURE}` does not fit the piece: {'; '.join(problems)}")
    document: dict[str, object] = {
        "auth": service.auth,
        "props": {**service.props, **service.part_props.get(part, {})},
        "has_event": part in service.events,
    }
    if problem := json_problem(document, FIXTURE):
        raise FixtureError(problem)
    return document


def event_document(service: ContractService, trigger: str) -> PayloadDocument | None:
    """Make the event of a trigger happen, and return the payload that its function gave, if any.

    Raises:
        FixtureError: if the function raised, or gave what is no payload.
    """
    event, mask = service.events[trigger], Masker(service.auth)
    try:
        given: Any = event()  # whatever an author's function gives
    # It is the author's, and may raise anything.
    except Exception as error:  # noqa: BLE001
        message = mask(f"the event of `{trigger}` raised {described(error)}")
        raise FixtureError(f"{message}\n  at       {_first_line(error)}") from None
    if given is None:
        return None
    if not isinstance(given, WebhookPayload):
        if inspect.iscoroutine(given):
            given.close()  # or Python warns that nobody awaited it
        kind = type(given).__name__
        raise FixtureError(
            f"the event of `{trigger}` gave `{kind}`, not a `WebhookPayload` or `None`"
        )
    try:
        return payload_document(given)
    except TypeError as error:
        raise FixtureError(f"the event of `{trigger}` gave no request: {error}") from None


def _type_problems(service: ContractService) -> Iterator[str]:
    given = {name: getattr(service, name) for name in ("props", "part_props", "events")}
    mappings: dict[str, Any] = given  # whatever an author gave
    mappings |= {f"part_props[{name!r}]": each for name, each in _items(service.part_props)}
    for name, value in mappings.items():
        if not isinstance(value, Mapping):
            yield f"`{name}` is `{type(value).__name__}`, not a dict"
    for name, event in _items(service.events):
        if not callable(event):
            yield f"`events[{name!r}]` is `{type(event).__name__}`, not a function"


def _items(given: object) -> Collection[tuple[Any, Any]]:  # whatever an author gave
    return given.items() if isinstance(given, Mapping) else ()  # pyright: ignore[reportUnknownVariableType]


def _name_problems(service: ContractService, parts: Collection[PartSummary]) -> Iterator[str]:
    triggers = [part.name for part in parts if part.is_trigger]
    props_of = {part.name: part.props for part in parts}
    for name in service.events:
        if name not in triggers:
            yield f"`events` names `{name}`, which is no trigger; {_choice(triggers)}"
    for name in service.props:
        if not any(name in props for props in props_of.values()):
            yield f"`props` names `{name}`, which no action or trigger has"
    for part, props in service.part_props.items():
        if part not in props_of:
            yield f"`part_props` names `{part}`, which is no part; {_choice(props_of)}"
            continue
        known = props_of[part]
        for name in props:
            if name not in known:
                yield f"`part_props` names `{name}`, which `{part}` lacks; {_choice(known)}"


def _choice(names: Collection[str]) -> str:
    listed = ", ".join(f"`{name}`" for name in sorted(names))
    return f"there is {listed}" if listed else "there is none"


def _first_line(error: BaseException) -> Place:
    """Return the line of the author's function at which it went wrong, or from which it called."""
    trace = error.__traceback__
    trace = trace.tb_next if trace else None  # the first is that of our own call
    if trace is None:
        return Place()
    return Place(path=trace.tb_frame.f_code.co_filename, line=trace.tb_lineno)
