"""Dropdowns whose options are fixed in code."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any, Final, Literal, TypeVar, Unpack, cast, overload

from typing_extensions import override

from pieces_framework.wire import JsonValue, parse_json, same_json

from .declaration import InputValue, PropertyBase, PropertyOptions, Rejected
from .options import DropdownOption, DropdownState, option_problems

V = TypeVar("V")
_HASHED: Final = frozenset({str, int, float})
"""Types that Python compares as JSON does. Not `bool`: to Python `True` is `1`."""
T_co = TypeVar("T_co", covariant=True)


class _StaticChoice(PropertyBase[T_co]):
    """What the two static dropdowns share: their options."""

    def __init__(
        self,
        *,
        options: Sequence[DropdownOption[Any]] | DropdownState[Any],
        **declared: Any,  # the overloads of each kind say what
    ) -> None:
        super().__init__(**declared)
        state = options if isinstance(options, DropdownState) else DropdownState(tuple(options))
        self.options: Final[DropdownState[Any]] = state
        """The choices: a list of `DropdownOption`, or a `DropdownState` with a placeholder."""
        self._plain: Final = _plain_values(state)

    def chosen(self, raw: InputValue) -> object:
        """Return the value of the option that `raw` is.

        Where no options are known, as in metadata that lacks them, nothing can be compared.

        Raises:
            Rejected: if it is none of them.
        """
        if type(raw) in _HASHED and raw in self._plain:
            return self._plain[raw]
        if not self.options.options:
            return raw
        for option in self.options.options:
            if same_json(option.value, cast("JsonValue", raw)):  # a file in it equals none
                return cast("object", deepcopy(option.value))  # a run may change its values
        raise self.rejection(raw, "Expected one of the options")

    @override
    def problems(self) -> list[str]:
        return option_problems(self.options) or super().problems()

    @override
    def wire_fields(self) -> dict[str, JsonValue]:
        return {**super().wire_fields(), "options": self.options.metadata()}


class StaticDropdown(_StaticChoice[T_co]):
    """One of the options that the code lists.

    The type of its run value is inferred from the options; `None` when it is optional, has no
    default and was left empty. A value that is none of the options is refused.
    """

    kind = "STATIC_DROPDOWN"
    expected = "Expected one of the options"

    @overload
    def __init__(
        self: StaticDropdown[V],
        *,
        options: Sequence[DropdownOption[V]] | DropdownState[V],
        required: Literal[True],
        default_value: V | None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: StaticDropdown[V],
        *,
        options: Sequence[DropdownOption[V]] | DropdownState[V],
        default_value: V,
        required: bool = False,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: StaticDropdown[V | None],
        *,
        options: Sequence[DropdownOption[V]] | DropdownState[V],
        required: bool = False,
        default_value: None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    def __init__(self, **declared: Any) -> None:  # the overloads say what
        super().__init__(**declared)

    @override
    def coerce(self, raw: InputValue) -> object:
        try:
            return self.chosen(raw)
        except Rejected:
            if raw == "":
                return None
            raise


class StaticMultiSelectDropdown(_StaticChoice[T_co]):
    """Several choices among options fixed in code.

    Its run value is a list whose items have the options' type; `None` when it is optional, has no
    default and was left empty. One value outside a list counts as a list of one; text that holds
    a JSON list is read as that list. A value that is none of the options is refused.
    """

    kind = "STATIC_MULTI_SELECT_DROPDOWN"
    expected = "Expected array"

    @overload
    def __init__(
        self: StaticMultiSelectDropdown[Sequence[V]],
        *,
        options: Sequence[DropdownOption[V]] | DropdownState[V],
        required: Literal[True],
        default_value: Sequence[V] | None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: StaticMultiSelectDropdown[Sequence[V]],
        *,
        options: Sequence[DropdownOption[V]] | DropdownState[V],
        default_value: Sequence[V],
        required: bool = False,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: StaticMultiSelectDropdown[Sequence[V] | None],
        *,
        options: Sequence[DropdownOption[V]] | DropdownState[V],
        required: bool = False,
        default_value: None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    def __init__(self, **declared: Any) -> None:  # the overloads say what
        super().__init__(**declared)

    @override
    def coerce(self, raw: InputValue) -> list[object] | None:
        values = listed(raw)
        return None if values is None else [self.chosen(value) for value in values]


def listed(raw: InputValue) -> list[InputValue] | None:
    """Return a multiple choice as a list; `None` for blank text, which is nothing."""
    if isinstance(raw, str):
        if not raw.strip():
            return None
        try:
            parsed = parse_json(raw)
        except ValueError:
            return [raw]
        return list(parsed) if isinstance(parsed, list) else [raw]
    return list(raw) if isinstance(raw, (list, Sequence)) else [raw]


def _plain_values(state: DropdownState[Any]) -> dict[object, object]:
    """Return the options' values that are text or numbers, to find them by; the first one stays."""
    found: dict[object, object] = {}
    for option in state.options:
        if type(option.value) in _HASHED:
            found.setdefault(option.value, option.value)
    return found
