"""The options of dropdowns, and whose auth their loaders are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pieces_framework.wire import JsonValue, document, json_problem

if TYPE_CHECKING:
    from pieces_framework.auth import AnyAuth

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class DropdownOption(Generic[T_co]):
    """One choice: what the user reads, and the JSON value a run gets."""

    label: str
    value: T_co


@dataclass(frozen=True)
class DropdownState(Generic[T_co]):
    """The choices of a dropdown, or why there are none."""

    options: Sequence[DropdownOption[T_co]] = ()
    disabled: bool = False
    """Nothing can be chosen now, for lack of a connection, say."""
    placeholder: str | None = None
    """Shown while nothing is chosen: what to do first."""

    def metadata(self) -> dict[str, JsonValue]:
        """Return the wire form, as the form is given it."""
        choices: list[JsonValue] = [_option_document(option) for option in self.options]
        return document(disabled=self.disabled, options=choices, placeholder=self.placeholder)


def option_problems(state: DropdownState[Any]) -> list[str]:
    """Name each option whose value JSON cannot say."""
    found = [json_problem(option.value, f"option {option.label!r}") for option in state.options]
    return [problem for problem in found if problem]


def auth_document(auth: AnyAuth | None) -> JsonValue:
    """Return the wire form of the auth that a loader names; it stays beside the property."""
    if isinstance(auth, tuple):
        return [each.metadata() for each in auth]
    return auth.metadata() if auth else None


def _option_document(option: DropdownOption[Any]) -> JsonValue:
    return {"label": option.label, "value": option.value}
