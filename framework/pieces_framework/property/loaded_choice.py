"""Dropdowns whose options are loaded while the form is filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypeVar, Unpack, overload

from typing_extensions import override

from pieces_framework.calling import call
from pieces_framework.wire import JsonValue, document

from .choice import listed
from .declaration import InputValue, PropertyBase, PropertyOptions
from .options import DropdownState, auth_document

V = TypeVar("V")
AuthT = TypeVar("AuthT")
T_co = TypeVar("T_co", covariant=True)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from pieces_framework.auth import AnyAuth, AuthBase
    from pieces_framework.context import PropertyContext

    OptionsLoader: TypeAlias = (
        Callable[[PropertyContext[AuthT]], Awaitable[DropdownState[V]]]
        | Callable[[PropertyContext[AuthT]], DropdownState[V]]
    )
    """What an author writes to load options; `async def` or `def`, which runs in a thread."""


class _LoadedChoice(PropertyBase[T_co]):
    """What the two loading dropdowns share: how their options come."""

    def __init__(
        self,
        *,
        options: OptionsLoader[Any, Any],
        refreshers: Sequence[str],
        refresh_on_search: bool | None = None,
        auth: AnyAuth | None = None,
        **declared: Any,  # the overloads of each kind say what
    ) -> None:
        super().__init__(**declared)
        self.options: Final = options
        """The author's function that loads the options."""
        self.refreshers: Final = tuple(refreshers)
        """The names of the properties whose change loads the options anew."""
        self.refresh_on_search: Final = refresh_on_search
        """Whether typing in the dropdown loads anew, with the text as `search_value`."""
        self.auth: Final = auth
        """The piece's auth, or a tuple of several: it types `context.auth` of the loader."""

    async def load(self, context: PropertyContext[Any]) -> DropdownState[Any]:
        """Return the options for what is filled in so far. What the loader raises goes through."""
        return await call(self.options, context)

    @override
    def wire_fields(self) -> dict[str, JsonValue]:
        loading = document(
            refreshers=list(self.refreshers),
            refresh_on_search=self.refresh_on_search,
            auth=auth_document(self.auth),
        )
        return {**super().wire_fields(), **loading}


class Dropdown(_LoadedChoice[T_co]):
    """A choice whose options are loaded while the form is filled in.

    The type of its run value is what the loader's return type says: a promise, as options exist
    only in the form. `None` when it is optional, has no default and was left empty. A value is
    not compared with the options, so any JSON value passes.

    `options` receives a `PropertyContext` with the connection and what is filled in so far;
    either may be missing, and `DropdownState(disabled=True, placeholder=...)` says so.
    """

    kind = "DROPDOWN"
    expected = "Expected a choice"

    @overload
    def __init__(
        self: Dropdown[V],
        *,
        options: OptionsLoader[AuthT, V],
        refreshers: Sequence[str],
        refresh_on_search: bool = False,
        auth: AuthBase[AuthT] | tuple[AuthBase[Any], ...] | None = None,
        required: Literal[True],
        default_value: V | None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: Dropdown[V],
        *,
        options: OptionsLoader[AuthT, V],
        refreshers: Sequence[str],
        refresh_on_search: bool = False,
        auth: AuthBase[AuthT] | tuple[AuthBase[Any], ...] | None = None,
        default_value: V,
        required: bool = False,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: Dropdown[V | None],
        *,
        options: OptionsLoader[AuthT, V],
        refreshers: Sequence[str],
        refresh_on_search: bool = False,
        auth: AuthBase[AuthT] | tuple[AuthBase[Any], ...] | None = None,
        required: bool = False,
        default_value: None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    def __init__(self, **declared: Any) -> None:  # the overloads say what
        super().__init__(**declared)

    @override
    def coerce(self, raw: InputValue) -> InputValue:
        return raw


class MultiSelectDropdown(_LoadedChoice[T_co]):
    """Several choices whose options are loaded while the form is filled in.

    Its run value is a list whose items have the type the loader promises; `None` when it is
    optional, has no default and was left empty. One value outside a list counts as a list of
    one; text that holds a JSON list is read as that list.
    """

    kind = "MULTI_SELECT_DROPDOWN"
    expected = "Expected array"

    @overload
    def __init__(
        self: MultiSelectDropdown[Sequence[V]],
        *,
        options: OptionsLoader[AuthT, V],
        refreshers: Sequence[str],
        refresh_on_search: bool = False,
        auth: AuthBase[AuthT] | tuple[AuthBase[Any], ...] | None = None,
        required: Literal[True],
        default_value: Sequence[V] | None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: MultiSelectDropdown[Sequence[V]],
        *,
        options: OptionsLoader[AuthT, V],
        refreshers: Sequence[str],
        refresh_on_search: bool = False,
        auth: AuthBase[AuthT] | tuple[AuthBase[Any], ...] | None = None,
        default_value: Sequence[V],
        required: bool = False,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: MultiSelectDropdown[Sequence[V] | None],
        *,
        options: OptionsLoader[AuthT, V],
        refreshers: Sequence[str],
        refresh_on_search: bool = False,
        auth: AuthBase[AuthT] | tuple[AuthBase[Any], ...] | None = None,
        required: bool = False,
        default_value: None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    def __init__(self, **declared: Any) -> None:  # the overloads say what
        super().__init__(**declared)

    @override
    def coerce(self, raw: InputValue) -> list[InputValue] | None:
        return listed(raw)
