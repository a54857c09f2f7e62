"""The one JSON document that a command prints with `--json`, errors included."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pieces_framework import JsonValue, PieceError


def document(
    schema: str, *, ok: bool, data: JsonValue = None, problems: Sequence[JsonValue] = ()
) -> JsonValue:
    """Return the document: `schema` names its form, `data` is the command's own."""
    return {"schema": schema, "ok": ok, "data": data, "problems": list(problems)}


def problem(
    rule: str,
    message: str,
    *,
    severity: str = "error",
    path: str = "",
    line: int | None = None,
    hint: str = "",
) -> JsonValue:
    """Return one of the document's `problems`; what is empty is null there."""
    return {
        "rule": rule,
        "severity": severity,
        "path": path or None,
        "line": line,
        "message": message,
        "hint": hint or None,
    }


def problems_of(error: PieceError | click.UsageError, *, path: str = "") -> list[JsonValue]:
    """Return a problem for each message of an error; `path` is where, if it does not say so."""
    from pieces_framework.errors import AuthorCodeError

    if isinstance(error, click.UsageError):
        return [problem("usage", error.format_message())]
    # Some errors name the rule that was broken; the others are told by who must act.
    rule = getattr(error, "rule", "") or error.code.lower().replace("_", "-")
    line = None
    if isinstance(error, AuthorCodeError):
        path, line = error.path or path, error.line
    return [
        problem(rule, message, hint=error.hint, path=path, line=line) for message in error.messages
    ]


def write_json(stream: BinaryIO, value: JsonValue, *, indent: int | None = None) -> None:
    """Write a JSON value and the end of its line, in UTF-8."""
    import json

    text = json.dumps(value, ensure_ascii=False, indent=indent)
    # Half a surrogate pair has no UTF-8; its escaped form is what JSON writes for it.
    stream.write(f"{text}\n".encode("utf-8", "backslashreplace"))
    stream.flush()
