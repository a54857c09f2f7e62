"""What the command line of `pieces run` gives: properties, credentials, a payload."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pieces_framework import JsonValue

    from .local_run import LocalRun


def read_auth(variable: str | None, file: str | None) -> str | None:
    """Return the credentials, or `None` if neither option was given.

    Raises:
        click.UsageError: if both were, or if what was given holds nothing.
    """
    import os

    if variable is not None and file is not None:
        raise click.UsageError("give --auth-env or --auth-file, not both")
    if variable is not None:
        value = os.environ.get(variable, "")
        if not value:
            raise click.UsageError(f"--auth-env: the variable `{variable}` is not set or is empty")
        return value
    if file is None:
        return None
    value = _text("--auth-file", file).removesuffix("\n").removesuffix("\r")
    if not value:
        raise click.UsageError(f"--auth-file: `{file}` is empty")
    return value


def read_props(file: str | None, assignments: Sequence[str]) -> dict[str, JsonValue]:
    """Return the properties of `--input`, overridden by those of `--prop`.

    Raises:
        click.UsageError: if the file is not a JSON object, or an assignment has no `=`.
    """
    from pieces_framework.wire import parse_json

    props: dict[str, JsonValue] = {}
    if file is not None:
        try:
            document = parse_json(_text("--input", file))
        except ValueError as error:
            raise click.UsageError(f"--input: `{file}` is not JSON: {error}") from error
        if not isinstance(document, dict):
            raise click.UsageError(f"--input: `{file}` is not a JSON object")
        props.update(document)
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not (name and equals):
            raise click.UsageError(f"--prop: {assignment!r} is not NAME=VALUE")
        props[name] = value
    return props


def check_names(local_run: LocalRun, assignments: Sequence[str]) -> None:
    """Refuse a `--prop` for a property that the action or trigger does not have.

    Raises:
        click.UsageError: if there is one; it names those it has.
    """
    known = local_run.property_names
    for name in (assignment.partition("=")[0] for assignment in assignments):
        if name not in known:
            named = ", ".join(f"`{each}`" for each in known) or "none"
            raise click.UsageError(
                f"--prop: `{local_run.name}` has no property `{name}`; it has {named}"
            )


def read_bytes(option: str, file: str) -> bytes:
    """Return what `file` holds; `-` is standard input.

    Raises:
        click.UsageError: if it cannot be read.
    """
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise click.UsageError(f"{option}: `{file}` cannot be read: {error.strerror}") from error


def _text(option: str, file: str) -> str:
    try:
        return read_bytes(option, file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{option}: `{file}` is not UTF-8 text") from error
