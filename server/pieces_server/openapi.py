"""The description of the API: what `/openapi.json` answers.

FastAPI describes parameters and bodies. What holds for every route is added here: how a key is
sent, and the refusals that no route makes by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from . import permissions
from .instance import Instance

if TYPE_CHECKING:
    from fastapi import FastAPI
    from fastapi.dependencies.models import Dependant

_Document: TypeAlias = dict[str, Any]
"""A part of the description: JSON of OpenAPI's own form."""

_SCHEMES: Final = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key: `Authorization: Bearer sk-...`",
    },
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": "An API key as the password of the user `__token__`",
    },
}
_Security: TypeAlias = list[dict[str, list[str]]]
"""The schemes of which one is enough, each with the scopes that OpenAPI knows of: none."""
_BEARER: Final[_Security] = [{"bearer": []}]
_EITHER: Final[_Security] = [{"bearer": []}, {"basic": []}]
_READING: Final[Mapping[object, _Security]] = {
    permissions.may_read: _BEARER,
    permissions.may_install: _EITHER,
}
_CHANGING: Final[Mapping[object, _Security]] = {
    permissions.may_publish: _BEARER,
    permissions.may_upload: _EITHER,
    permissions.may_administer: _BEARER,
}
_UNCHANGING: Final = frozenset({"GET", "HEAD"})
_ALWAYS: Final = (HTTPStatus.BAD_REQUEST, HTTPStatus.SERVICE_UNAVAILABLE)
_WITH_KEY: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS)
_WITH_BODY: Final = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
_REFUSAL: Final = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorAnswer"}}}
_REQUEST_ID: Final = {
    "description": "Names the request in the instance's log.",
    "schema": {"type": "string"},
}


def describe(app: FastAPI) -> _Document:
    """Return the description of an application's routes; made once, and kept."""
    if app.openapi_schema is None:
        app.openapi_schema = _described(app)
    return app.openapi_schema


def _described(app: FastAPI) -> _Document:
    instance: Instance = app.state.instance
    document: _Document = get_openapi(
        title=app.title,
        version=version("pieces-server"),
        description="Publishes, lists and withdraws pieces. Installers use `/simple/` instead.",
        routes=app.routes,
    )
    components = document["components"]
    components["securitySchemes"] = _SCHEMES
    for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's, which is never answered
        components["schemas"].pop(name, None)
    for route in iter_route_contexts(app.routes):
        for method in route.methods or ():
            operation = document["paths"].get(route.path_format, {}).get(method.lower())
            if operation is not None:
                calls = set(_calls(route.dependant))
                statuses = _statuses(method, operation, calls)
                _complete(operation, _security(calls, instance), statuses)
    return document


def _complete(operation: _Document, security: _Security, statuses: Iterable[HTTPStatus]) -> None:
    words: str = operation.get("description", "")
    operation["description"] = words.partition("\n\nRaises:")[0]
    if security:
        operation["security"] = security
    answers: _Document = operation["responses"]
    answers.pop("422", None)
    for status in statuses:
        refusal = {"description": status.phrase, "content": _REFUSAL}
        answers.setdefault(str(status.value), refusal)
    for answer in answers.values():
        answer["headers"] = {"x-request-id": _REQUEST_ID, **answer.get("headers", {})}
    operation["responses"] = dict(sorted(answers.items()))


def _security(calls: AbstractSet[object], instance: Instance) -> _Security:
    """Return how a route wants a key; nothing where it wants none."""
    schemes = _CHANGING if instance.settings.public_read else {**_READING, **_CHANGING}
    wanted: list[_Security] = [scheme for call, scheme in schemes.items() if call in calls]
    return wanted[-1] if wanted else []


def _statuses(
    method: str, operation: _Document, calls: AbstractSet[object]
) -> Iterator[HTTPStatus]:
    """Yield the refusals that the route shares with others."""
    yield from _ALWAYS
    if "requestBody" in operation:
        yield from _WITH_BODY
    if not calls.isdisjoint({**_READING, **_CHANGING}):
        yield from _WITH_KEY
    # A key may lack the scope; what is no question is refused to browsers on pages of other sites.
    if method not in _UNCHANGING or not calls.isdisjoint(_CHANGING):
        yield HTTPStatus.FORBIDDEN


def _calls(dependant: Dependant) -> Iterator[object]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _calls(inner)
