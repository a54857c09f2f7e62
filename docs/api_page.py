"""The page of the API: what the instance's own description of it says, as tables."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

from pieces_framework.wire import JsonValue
from pieces_server.app import create_app
from pieces_server.instance import open_instance
from pieces_server.settings import Settings

_Document: TypeAlias = Mapping[str, Any]
"""A part of the description: JSON of OpenAPI's own form."""
_EVERYWHERE: Final = frozenset({"400", "401", "403", "408", "413", "429", "503"})
"""Statuses that the introduction tells of."""
_INTRODUCTION: Final = """\
An instance answers JSON below `/api/v1`. `/openapi.json` describes all of it in OpenAPI 3.1, and
needs no key. Installers use [`/simple/`](package-index.md) instead. Where there is `GET` there is
`HEAD`. A query's parameters that a route does not have are passed over, as in Activepieces.

```bash
curl -H "Authorization: Bearer $AP_API_KEY" "$AP_API_URL/api/v1/pieces?searchQuery=mail"
curl -H "Authorization: Bearer $AP_API_KEY" "$AP_API_URL/api/v1/pieces/piece-gelato?version=^0.1.0"
curl -X PUT -H "Authorization: Bearer $AP_API_KEY" -d '{"reason": "leaks its token"}' \\
  "$AP_API_URL/api/v1/pieces/piece-gelato/versions/0.1.0/yank"
```

## Keys

Each request bears an API key: `Authorization: Bearer sk-...`. Its scope is `read`, `publish` or
`admin`, and includes the ones before it. Reading needs no key where `AP_PUBLIC_READ` is `true`.

## Errors

Every answer has the header `x-request-id`, which is in the instance's log too. An answer without
success is `{"code": ..., "params": {"message": ..., "hint": ...}}`; some codes have more `params`.

| Status | `code` | When |
|---|---|---|
| 400 | `VALIDATION`, `INVALID_PIECE_ARCHIVE`, `PIECE_CHECKS_FAILED`, `ENGINE_OPERATION_FAILURE` | \
The request, or the file in it, is not what it must be. |
| 401 | `AUTHENTICATION` | There is no key, or one that is unknown, expired or revoked. |
| 403 | `AUTHORIZATION` | The key's scope is less than the route needs; or a browser sends, other \
than `GET`, what a page of another site asks for. |
| 404 | `ENTITY_NOT_FOUND` | There is no such route, piece, version or key. |
| 405 | `METHOD_NOT_ALLOWED` | The header `Allow` says which methods there are. |
| 406, 416 | `NOT_ACCEPTABLE`, `RANGE_NOT_SATISFIABLE` | Only [`/simple/`](package-index.md): no \
such form of the page, no such part of the file. |
| 408 | `REQUEST_TIMEOUT` | The body came in too slowly. |
| 409 | `VALIDATION` | The version is published already, with the same bytes or others. |
| 413 | `FILE_TOO_LARGE` | The body is larger than the instance takes. |
| 429 | `TOO_MANY_REQUESTS` | Many unknown keys came from this address; `Retry-After` says when to \
try again. |
| 500 | `INTERNAL_ERROR` | A fault of the instance; its log has more under the request's id. |
| 503 | `SERVICE_UNAVAILABLE` | The database does not answer; ask again. |
| 507 | `INSUFFICIENT_STORAGE` | The instance's disk is full, or fails; nothing was stored. |

## Names and versions

A piece is named as installers write it, `piece-gelato`, or as flows do:
`@activepieces/piece-gelato` and `@acme/piece-x`, which is the wheel `acme-piece-x`. The slash may
be sent as `%2F`. A piece called `categories`, `registry` or `versions` is read as
`@activepieces/categories`.

`version` is one version, `0.1.0`; `~0.1.0` is that or a later patch; `^0.1.0` is that or any later
one of the same major number, also below 1.0. Without it the newest is meant. Only versions count
that the release can run: their `minimumSupportedRelease` and `maximumSupportedRelease` are
inclusive, and where a piece says nothing they are answered as `0.0.0` and `999.999.999`. The list
takes another `release`; one piece is always read for the instance's own.
`/api/v1/pieces/{name}/versions/{version}` answers exactly that version whatever the release, with
its metadata as it was published. `previous` of `/api/v1/pieces/present` counts all versions too,
also those that are yanked.

## Searching

A text fits if it has the query in it, give or take a mistake for every five characters, not further
than 50 characters from its beginning; each mistake and each character before it count against it. A
mistake is a letter that is another, that is missing or that is too many; two that are swapped are
two mistakes. The
display name has three times the weight of the description, and short texts have more than long
ones. With `suggestionType`, names and descriptions of actions and triggers are searched too, and
those that fit are listed in full.

## Withdrawing a version

Versions are never changed or removed. A **yanked** one is passed over by installers, by the list
and by ranges; who asks for exactly it still gets it. A **deprecated** one is chosen as before. Both
are shown with the reason and the date, in `yanked` and `deprecated`; `DELETE` takes either back.
Once more with another reason keeps the date. Yanking takes the scope `admin`, deprecating
`publish`. It works for every wheel of the instance, also for one that is no piece.

## The audit log

Every change is an entry, written together with the change.

| `action` | `subject` | What was done |
|---|---|---|
| `piece.publish`, `wheel.upload` | name and version | A wheel came in: a piece's, or any other. |
| `version.yank`, `version.yank.undo` | name and version | It was yanked, or brought back. |
| `version.deprecation`, `version.deprecation.undo` | name and version | Likewise. |
| `key.create`, `key.revoke` | the key's name | By a route, or by the command line. |
| `instance.migrate` | the revision | The tables were changed to another version's. |
| `instance.restore` | the instance's identifier | A backup was restored. |"""


def page(note: str) -> str:
    """Return the page's text.

    Args:
        note: the comment that says where the text comes from.
    """
    described = _description()
    routes = [
        _route(f"{method.upper()} {path}", operation)
        for path, methods in sorted(described["paths"].items())
        for method, operation in methods.items()
    ]
    documents = [
        "\n\n".join(
            filter(
                None,
                [f"### `{name}`", schema.get("description"), _field_table("Field", schema)],
            )
        )
        for name, schema in sorted(described["components"]["schemas"].items())
        if "properties" in schema and not name.startswith("Error")
    ]
    answers = "\n\n".join(["## What is answered", *documents])
    parts = ["# The API of an instance", note, _INTRODUCTION, *routes, answers]
    return "\n\n".join(parts) + "\n"


def _description() -> _Document:
    """Return what an instance with all defaults describes its API by."""
    with tempfile.TemporaryDirectory() as folder:
        instance = open_instance(Settings(config_path=Path(folder)))
        try:
            described = create_app(instance).openapi()
        finally:
            instance.database.close()
    schemas: Mapping[str, Mapping[str, JsonValue]] = described["components"]["schemas"]
    choices = {
        f"#/components/schemas/{name}": each for name, each in schemas.items() if "enum" in each
    }
    return cast("_Document", _with_choices(described, choices))


def _with_choices(value: JsonValue, choices: Mapping[str, Mapping[str, JsonValue]]) -> JsonValue:
    """Return a part of the description with each closed set of texts in the place that names it."""
    if isinstance(value, list):
        return [_with_choices(each, choices) for each in value]
    if not isinstance(value, Mapping):
        return value
    chosen = choices.get(str(value.get("$ref")), {})
    kept = {key: _with_choices(each, choices) for key, each in value.items()}
    if chosen:
        del kept["$ref"]
    return {**chosen, **kept}


def _route(name: str, operation: _Document) -> str:
    answers: _Document = operation["responses"]
    own = [_answered(*each) for each in answers.items() if each[0] not in _EVERYWHERE]
    parts = [
        f"## `{name}`",
        operation["description"],
        f"Answers {', '.join(own)}.",
        _table(operation.get("parameters", [])),
        _body(operation.get("requestBody", {})),
    ]
    return "\n\n".join(filter(None, parts))


def _answered(status: str, answer: _Document) -> str:
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    if not status.startswith("2") or not schema:
        return status
    return f"{status} with {_form(schema)}"


def _table(parameters: list[_Document]) -> str:
    rows = [
        f"| `{each['name']}` | {each['in']} | {_form(each['schema'])} | {_default(each)} |"
        f" {_words(each.get('description', ''))} |"
        for each in parameters
    ]
    head = ["| Parameter | In | Form | Default | Meaning |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows]) if rows else ""


def _body(body: _Document) -> str:
    tables: list[str] = []
    for media_type, content in body.get("content", {}).items():
        whole: _Document = content["schema"]
        choices: list[_Document] = whole.get("oneOf", [whole])
        tables += [_field_table(f"Field of `{media_type}`", schema) for schema in choices]
    return "\n\n".join(tables)


def _field_table(title: str, schema: _Document) -> str:
    head = [f"| {title} | Form | Always there | Meaning |", "|---|---|---|---|"]
    return "\n".join([*head, *_fields(schema)])


def _fields(schema: _Document, above: str = "") -> Iterator[str]:
    required = schema.get("required", [])
    for name, field in schema.get("properties", {}).items():
        always = "yes" if name in required else ""
        words = _words(field.get("description", ""))
        null = " or `null`" if always and {"type": "null"} in field.get("anyOf", []) else ""
        yield f"| `{above}{name}` | {_form(field)}{null} | {always} | {words} |"
        yield from _fields(field.get("items", {}), f"{above}{name}[].")


def _default(parameter: _Document) -> str:
    if parameter.get("required"):
        return "must be given"
    default = parameter["schema"].get("default")
    return "" if default in (None, "", []) else f"`{json.dumps(default).strip(chr(34))}`"


def _form(schema: _Document) -> str:
    """Say what a value looks like, in a table's cell."""
    choices = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
    several = schema.get("anyOf", [])
    if "$ref" in schema:
        return f"`{schema['$ref'].rpartition('/')[2]}`"
    if choices:
        return ", ".join(f"`{choice}`" for choice in choices)
    if several:
        return " or ".join(_form(each) for each in several if each.get("type") != "null")
    if schema.get("type") == "array":
        return f"list of {_form(schema['items'])}"
    bounds = f", at most {schema['maxLength']} characters" if "maxLength" in schema else ""
    pattern = f" like `{schema['examples'][0]}`" if schema.get("examples") else ""
    return f"{schema.get('format') or schema.get('type', 'any')}{pattern}{bounds}"


def _words(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
