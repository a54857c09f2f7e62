"""Properties whose value is chosen among options."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final, Generic, Literal, TypeVar, cast, overload

from typing_extensions import override

from pieces_framework.wire import JsonValue, document, json_problem, same_json

from .declaration import PropertyBase

V = TypeVar("V")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class DropdownOption(Generic[T_co]):
    """One choice: what the user reads, and the JSON value a run gets."""

    label: str
    value: T_co


class StaticDropdown(PropertyBase[T_co]):
    """A choice among options fixed in code (`STATIC_DROPDOWN`).

    The type of its run value is inferred from the options. A value that is none of them is
    refused.
    """

    kind = "STATIC_DROPDOWN"
    expected = "Expected one of the options"

    @overload
    def __init__(
        self: StaticDropdown[V],
        *,
        display_name: str,
        options: Sequence[DropdownOption[V]],
        required: Literal[True],
        description: str | None = None,
        default_value: V | None = None,
        name: str = "",
    ) -> None: ...
    @overload
    def __init__(
        self: StaticDropdown[V],
        *,
        display_name: str,
        options: Sequence[DropdownOption[V]],
        default_value: V,
        required: bool = False,
        description: str | None = None,
        name: str = "",
    ) -> None: ...
    @overload
    def __init__(
        self: StaticDropdown[V | None],
        *,
        display_name: str,
        options: Sequence[DropdownOption[V]],
        required: bool = False,
        description: str | None = None,
        default_value: None = None,
        name: str = "",
    ) -> None: ...
    def __init__(
        self, *, options: Sequence[DropdownOption[Any]], **declared: Any
    ) -> None:  # the overloads say what
        super().__init__(**declared)
        self.options: Final = tuple(options)

    @override
    def coerce(self, raw: JsonValue) -> object:
        for option in self.options:
            if same_json(option.value, raw):
                return cast("object", deepcopy(option.value))
        raise self.rejection(raw)

    @override
    def problems(self) -> list[str]:
        found = [json_problem(option.value, f"option {option.label!r}") for option in self.options]
        return [problem for problem in found if problem] or super().problems()

    @override
    def metadata(self) -> dict[str, JsonValue]:
        options: list[JsonValue] = [
            {"label": option.label, "value": option.value} for option in self.options
        ]
        return {
            **super().metadata(),
            "options": document(disabled=False, options=options),
        }
