"""What a property demands of a value beyond its kind; pydantic, imported at first use, judges."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from pieces_framework.javascript import is_finite
from pieces_framework.wire import JsonValue, document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_JSON_SCHEMA_NAMES: Final = {
    "ge": "minimum",
    "le": "maximum",
    "gt": "exclusive_minimum",
    "lt": "exclusive_maximum",
}

_PAIRS: Final = (
    ("min_length", "max_length", False),
    ("ge", "le", False),
    ("ge", "lt", True),
    ("gt", "le", True),
    ("gt", "lt", True),
)
"""The lower limit, the upper one, and whether both being equal leaves no value."""


class Constraints:
    """The constraints one property declares, by pydantic's names for them."""

    def __init__(self, kind: type[str | float], **declared: str | float | None) -> None:
        self._kind: Final = kind
        self.declared: Final = {
            name: value for name, value in declared.items() if value is not None
        }

    def broken_by(self, value: str | float) -> str:
        """Return which constraint `value` breaks, in pydantic's words; empty if none."""
        try:
            self._validate(value)
        except ValueError as error:
            return _first_message(error)
        return ""

    def problems(self) -> Iterator[str]:
        """What is wrong with the constraints themselves."""
        pattern = self.declared.get("pattern")
        if isinstance(pattern, str):
            try:
                re.compile(pattern)
            except re.error as error:
                yield f"its pattern {pattern!r} is no regular expression: {error}"
        numbers = {
            name: limit for name, limit in self.declared.items() if isinstance(limit, int | float)
        }
        for name, limit in numbers.items():
            if not is_finite(limit):
                yield f"its {name}={limit} is no number that JSON has"
            elif name == "multiple_of" and limit <= 0:
                yield f"its multiple_of={limit} must be above 0"
            elif name in {"min_length", "max_length"} and limit < 0:
                yield f"its {name}={limit} must not be below 0"
        for low, high, are_exclusive in _PAIRS:
            if low in numbers and high in numbers:
                least, most = numbers[low], numbers[high]
                if least > most or (are_exclusive and least == most):
                    yield f"its {low}={least} and {high}={most} leave no value"

    def metadata(self) -> dict[str, JsonValue] | None:
        """Return the constraints under JSON Schema's names; `None` if there are none."""
        named = {_JSON_SCHEMA_NAMES.get(name, name): value for name, value in self.declared.items()}
        return document(**named) or None

    @cached_property
    def _validate(self) -> Callable[[object], object]:
        from typing import Annotated

        from pydantic import ConfigDict, Field, TypeAdapter

        rules: dict[str, Any] = dict(self.declared)
        engine = ConfigDict(regex_engine="python-re")  # what `problems` tries the pattern by
        if self._kind is float:
            number = TypeAdapter[float](Annotated[float, Field(**rules)])
            return number.validator.validate_python
        text = TypeAdapter[str](Annotated[str, Field(**rules)], config=engine)
        return text.validator.validate_python


def _first_message(error: ValueError) -> str:
    from pydantic import ValidationError

    if not isinstance(error, ValidationError):
        raise error
    return error.errors(include_url=False, include_input=False)[0]["msg"]
