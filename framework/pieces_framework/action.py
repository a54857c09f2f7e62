"""Actions: what a piece can do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Generic, Protocol, overload

from typing_extensions import TypeVar

from .auth import AuthBase, AuthT
from .calling import Function, call, source_of
from .context import ActionContext
from .property import NoProps, PropertyBase, Props, PropsDeclaration, properties_of
from .wire import JsonValue, document

PropsT = TypeVar("PropsT", default=NoProps)
PropsClassT = TypeVar("PropsClassT", bound=Props, default=NoProps)
OutT = TypeVar("OutT", default=object)


class Action(Generic[AuthT, PropsT, OutT]):
    """One action of a piece. Made by `create_action`."""

    def __init__(
        self,
        *,
        name: str,
        display_name: str,
        description: str,
        auth: AuthBase[Any] | None,
        props: PropsDeclaration,
        function: Function[ActionContext[AuthT, PropsT], OutT],
    ) -> None:
        self.name: Final = name
        self.display_name: Final = display_name
        self.description: Final = description
        self.auth: Final = auth
        self.props: Final = props
        self._function: Final = function

    async def run(self, context: ActionContext[AuthT, PropsT]) -> OutT:
        """Run the author's function; a plain `def` runs in a thread."""
        return await call(self._function, context)

    def metadata(self) -> dict[str, JsonValue]:
        """Return the action's wire form."""
        unset = document(default_value=False)
        return document(
            name=self.name,
            display_name=self.display_name,
            description=self.description,
            props={name: prop.metadata() for name, prop in properties_of(self.props).items()},
            require_auth=True,
            error_handling_options=document(continue_on_failure=unset, retry_on_failure=unset),
        )

    @property
    def where(self) -> str:
        """How messages call it: its name, and the file and line of its function."""
        return f"action `{self.name}`{source_of(self._function)}"

    def __repr__(self) -> str:
        return f"<Action {self.name}>"


class ActionDecorator(Protocol[AuthT, PropsT]):
    """Turns an author's function into an action. What `create_action` returns."""

    @overload
    def __call__(
        self, function: Callable[[ActionContext[AuthT, PropsT]], Awaitable[OutT]], /
    ) -> Action[AuthT, PropsT, OutT]: ...
    @overload
    def __call__(
        self, function: Callable[[ActionContext[AuthT, PropsT]], OutT], /
    ) -> Action[AuthT, PropsT, OutT]: ...


@overload
def create_action(
    *,
    name: str,
    display_name: str,
    description: str,
    auth: AuthBase[AuthT] | None = None,
    props: type[PropsClassT] | None = None,
) -> ActionDecorator[AuthT, PropsClassT]: ...
@overload
def create_action(
    *,
    name: str,
    display_name: str,
    description: str,
    props: Mapping[str, PropertyBase[Any]],
    auth: AuthBase[AuthT] | None = None,
) -> ActionDecorator[AuthT, Mapping[str, Any]]: ...
def create_action(
    *,
    name: str,
    display_name: str,
    description: str,
    auth: AuthBase[Any] | None = None,
    props: PropsDeclaration | None = None,
) -> ActionDecorator[Any, Any]:
    """Turn a function, `async def` or `def`, into an action.

    The function takes one `ActionContext`, whose type must match `auth` and `props`, and returns
    a JSON value, a dataclass or a pydantic model.

    Args:
        name: the identifier flows store, such as `get_icecream_flavor`. Never change it.
        display_name: what the user reads.
        description: what the action does, in a sentence.
        auth: the piece's auth, or `None` for an action that needs no credentials.
        props: a `Props` class, or a dict of properties by name (then `props_value` is untyped).
    """

    def decorate(function: Function[ActionContext[Any, Any], Any]) -> Action[Any, Any, Any]:
        return Action(
            name=name,
            display_name=display_name,
            description=description,
            auth=auth,
            props=NoProps if props is None else props,
            function=function,
        )

    return decorate
