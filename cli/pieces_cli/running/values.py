"""What the command line of `pieces run` gives: properties and credentials."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pieces_framework import JsonValue
    from pieces_framework.property import InputValue, PropertyBase

    from .options import RunOptions


def read_auth(options: RunOptions) -> str | None:
    """Return the credentials, or `None` if no option gives any.

    Raises:
        click.UsageError: if two options do, or if what was given holds nothing.
    """
    from pieces_cli.dotenv import setting

    from .options import root

    variable, file = options.auth_env, options.auth_file
    if variable is not None and file is not None:
        raise click.UsageError("give --auth-env or --auth-file, not both")
    if variable is not None:
        value = setting(root(), variable)
        if value is None:
            raise click.UsageError(f"--auth-env: the variable `{variable}` is not set or is empty")
        return value
    if file is None:
        return None
    value = read_text("--auth-file", file).removesuffix("\n").removesuffix("\r")
    if not value:
        raise click.UsageError(f"--auth-file: `{file}` is empty")
    return value


def read_props(
    name: str,
    properties: Mapping[str, PropertyBase[Any]],  # of any kinds
    options: RunOptions,
) -> dict[str, InputValue]:
    """Return the properties of `--input`, overridden by those of `--prop`.

    Args:
        name: the action or trigger.
        properties: those it has.
        options: the command line.

    Raises:
        click.UsageError: if `--input` is no JSON object, or a `--prop` cannot be read or names a
            property that there is not.
    """
    props: dict[str, InputValue] = {}
    if options.input_file is not None:
        props.update(_json_object("--input", options.input_file))
    for assignment in options.prop:
        declared = properties.get(assignment.name)
        if declared is None:
            named = ", ".join(f"`{each}`" for each in properties) or "none"
            advice = did_you_mean(assignment.name, properties) or f"it has {named}"
            raise click.UsageError(
                f"--prop: `{name}` has no property `{assignment.name}`; {advice}"
            )
        props[assignment.name] = assignment.read(declared)
    return props


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Ask for the one of the `known` names that is most like `name`; empty if none is like it."""
    import difflib

    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean `{near[0]}`?" if near else ""


def read_bytes(option: str, file: str) -> bytes:
    """Return what `file` holds; `-` is standard input.

    Raises:
        click.UsageError: if it cannot be read.
    """
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise click.UsageError(f"{option}: `{file}` cannot be read: {error.strerror}") from error


def read_text(option: str, file: str) -> str:
    """Return the text that `file` holds, without a byte order mark; see `read_bytes`.

    Raises:
        click.UsageError: if it cannot be read, or is not UTF-8.
    """
    try:
        return read_bytes(option, file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{option}: `{file}` is not UTF-8 text") from error


def _json_object(option: str, file: str) -> Mapping[str, JsonValue]:
    from pieces_framework.wire import parse_json

    try:
        document = parse_json(read_text(option, file))
    except ValueError as error:
        raise click.UsageError(f"{option}: `{file}` is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise click.UsageError(f"{option}: `{file}` is not a JSON object")
    return document
