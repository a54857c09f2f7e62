"""Properties that exist only once the form is filled in: their children are loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypeVar, Unpack, overload

from typing_extensions import TypeIs, override

from pieces_framework.calling import call
from pieces_framework.errors import PropsError
from pieces_framework.wire import JsonValue, document

from .declaration import InputValue, PropertyBase, PropertyOptions, Rejected
from .options import auth_document
from .parsing import parse_values
from .props import PropsDeclaration, holds_secret

AuthT = TypeVar("AuthT")
T_co = TypeVar("T_co", covariant=True)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from pieces_framework.auth import AnyAuth, AuthBase
    from pieces_framework.context import PropertyContext

    ChildrenLoader: TypeAlias = (
        Callable[[PropertyContext[AuthT]], Awaitable[PropsDeclaration]]
        | Callable[[PropertyContext[AuthT]], PropsDeclaration]
    )
    """What an author writes to load children; `async def` or `def`, which runs in a thread."""


_ESCAPED: Final = "~ap~"
_SPECIAL: Final = "~.[]\"'"
"""Each is written as `~` and its place in this list."""


class DynamicProperties(PropertyBase[T_co]):
    """A group of properties that are loaded while the form is filled in.

    Its run value is a `dict` by the children's names, or `None` when it is optional and was left
    empty. Where the step stored which children it was filled in with, they coerce and check their
    values; otherwise the values stay as they are.

    `props` receives a `PropertyContext` with the connection and what is filled in so far, and
    returns a dict of properties, or a `Props` class. Children that load options themselves
    (`Dropdown`, `DynamicProperties`) cannot work: their functions do not reach the form.
    """

    kind = "DYNAMIC"
    expected = "Expected object"

    @overload
    def __init__(
        self: DynamicProperties[Mapping[str, Any]],
        *,
        props: ChildrenLoader[AuthT],
        refreshers: Sequence[str],
        auth: AuthBase[AuthT] | tuple[AuthBase[Any], ...] | None = None,
        required: Literal[True],
        default_value: Mapping[str, JsonValue] | None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: DynamicProperties[Mapping[str, Any]],
        *,
        props: ChildrenLoader[AuthT],
        refreshers: Sequence[str],
        auth: AuthBase[AuthT] | tuple[AuthBase[Any], ...] | None = None,
        default_value: Mapping[str, JsonValue],
        required: bool = False,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: DynamicProperties[Mapping[str, Any] | None],
        *,
        props: ChildrenLoader[AuthT],
        refreshers: Sequence[str],
        auth: AuthBase[AuthT] | tuple[AuthBase[Any], ...] | None = None,
        required: bool = False,
        default_value: None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    def __init__(
        self,
        *,
        props: ChildrenLoader[Any],
        refreshers: Sequence[str],
        auth: AnyAuth | None = None,
        **declared: Any,  # the overloads say what
    ) -> None:
        super().__init__(**declared)
        self.props: Final = props
        """The author's function that loads the children."""
        self.refreshers: Final = tuple(refreshers)
        """The names of the properties whose change loads the children anew."""
        self.auth: Final = auth
        """The piece's auth, or a tuple of several: it types `context.auth` of the loader."""

    async def load(self, context: PropertyContext[Any]) -> PropsDeclaration:
        """Return the children for what is filled in so far. What the loader raises goes through."""
        return await call(self.props, context)

    @override
    def coerce(self, raw: InputValue) -> dict[str, InputValue] | None:
        if raw == "":
            return None
        if not isinstance(raw, Mapping):
            raise self.rejection(raw)
        return {unescape_key(name): value for name, value in raw.items()}

    @override
    def parse_stored(self, raw: InputValue, schema: PropsDeclaration) -> object:
        try:
            children = self.parse(raw)
        except Rejected:
            if holds_secret(schema):
                raise Rejected(f"{self.expected}, received: ***") from None
            raise
        if not _is_filled_in(children):
            return children
        try:
            return {**children, **parse_values(_unescaped(schema), children)}
        except PropsError as error:
            raise Rejected(error.problems) from None

    @override
    def wire_fields(self) -> dict[str, JsonValue]:
        loading = document(refreshers=list(self.refreshers), auth=auth_document(self.auth))
        return {**super().wire_fields(), **loading}


def escape_key(name: str) -> str:
    """Return a child's name as the form stores it: without `~ . [ ] " '`.

    >>> escape_key("a.b"), escape_key("plain")
    ('~ap~a~1b', 'plain')
    """
    if not any(special in name for special in _SPECIAL):
        return name
    written = (
        f"~{_SPECIAL.index(character)}" if character in _SPECIAL else character
        for character in name
    )
    return _ESCAPED + "".join(written)


def unescape_key(name: str) -> str:
    """Undo `escape_key`.

    >>> unescape_key("~ap~a~1b"), unescape_key("plain")
    ('a.b', 'plain')
    """
    if not name.startswith(_ESCAPED):
        return name
    first, *rest = name.removeprefix(_ESCAPED).split("~")
    return first + "".join(_unescaped_part(part) for part in rest)


def _unescaped_part(part: str) -> str:
    place = part[:1]
    known = place.isascii() and place.isdigit() and int(place) < len(_SPECIAL)
    return _SPECIAL[int(place)] + part[1:] if known else f"~{part}"


def _is_filled_in(value: object) -> TypeIs[Mapping[str, InputValue]]:
    return isinstance(value, Mapping)


def _unescaped(schema: PropsDeclaration) -> PropsDeclaration:
    if not isinstance(schema, Mapping):
        return schema
    return {unescape_key(name): child for name, child in schema.items()}
