"""`--prop`: one property's value, as text, as JSON or out of a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pieces_framework.property import InputValue, PropertyBase

_JSON: Final = ":"
_FILE: Final = "@"


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """`NAME=TEXT`, `NAME:=JSON` or `NAME@=FILE`."""

    name: str
    sign: str
    """What stands before the equals sign: `:`, `@` or nothing."""
    value: str

    @property
    def is_file(self) -> bool:
        """Whether the value is the name of a file."""
        return self.sign == _FILE

    # The property is of any kind.
    def read(self, declared: PropertyBase[Any]) -> InputValue:
        """Return the value for the property.

        Raises:
            click.UsageError: if it is no JSON, or the file cannot be read.
        """
        from pieces_framework.property.file import File
        from pieces_framework.wire import parse_json

        from .values import read_bytes, read_text

        option = f"--prop {self.name}"
        if self.sign == _JSON:
            try:
                return parse_json(self.value)
            except ValueError as error:
                raise click.UsageError(f"{option}: not JSON: {error}") from error
        if self.sign != _FILE:
            return self.value
        if isinstance(declared, File):
            from pathlib import Path

            from pieces_framework import ApFile

            return ApFile(filename=Path(self.value).name, data=read_bytes(option, self.value))
        return read_text(option, self.value)


# As click calls it.
def read_assignments(
    _context: click.Context, _option: click.Parameter, texts: Sequence[str]
) -> list[Assignment]:
    """Return what each text assigns.

    Raises:
        click.BadParameter: if one assigns nothing.
    """
    return [_assignment(text) for text in texts]


def _assignment(text: str) -> Assignment:
    left, equals, right = text.partition("=")
    sign = left[-1:] if left[-1:] in {_JSON, _FILE} else ""
    name = left.removesuffix(sign)
    if not (name and equals):
        raise click.BadParameter(f"{text!r} is not NAME=TEXT, NAME:=JSON or NAME@=FILE")
    return Assignment(name=name, sign=sign, value=right)
