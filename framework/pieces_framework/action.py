"""Actions: what a piece can do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, Protocol, overload

from typing_extensions import TypeVar, Unpack

from .auth import AnyAuth, Auths, AuthT, AuthT2, AuthT3, AuthT4, AuthT5, AuthT_contra
from .calling import Function, call
from .hook import Hook
from .part import Part, PartOptions, PropsT
from .property import NoProps, PropertyBase, Props, PropsDeclaration
from .wire import JsonValue, document

if TYPE_CHECKING:
    from .context import ActionContext
    from .presentation import Audience, ErrorHandlingOptions

PropsClassT = TypeVar("PropsClassT", bound=Props, default=NoProps)
OutT = TypeVar("OutT", default=object)


class ActionOptions(PartOptions, total=False):
    """What `create_action` takes besides auth and props."""

    error_handling_options: ErrorHandlingOptions | None
    """How the step's two error switches start out; both are off and shown by default."""
    audience: Audience | None
    """For whom the action is listed; for all by default."""


class Action(Part[AuthT_contra, PropsT], Generic[AuthT_contra, PropsT, OutT]):
    """One action of a piece. Made by `create_action`."""

    kind = "action"
    keywords = ("auth", "props", "require_auth", *sorted(ActionOptions.__annotations__))

    def __init__(
        self,
        *,
        function: Function[ActionContext[AuthT_contra, PropsT], OutT],
        auth: AnyAuth | None = None,
        props: PropsDeclaration = NoProps,
        require_auth: bool = True,
        error_handling_options: ErrorHandlingOptions | None = None,
        audience: Audience | None = None,
        **options: Any,  # `PartOptions`, which the base class asks for by name
    ) -> None:
        super().__init__(
            auth=auth, props=props, require_auth=require_auth, function=function, **options
        )
        self.error_handling_options: Final = error_handling_options
        """As given; without it both switches are off and shown."""
        self.audience: Final = audience
        self._function: Final = function
        self.test: Final[Hook[ActionContext[AuthT_contra, PropsT], object]] = Hook("test", self.run)
        """Attaches what runs when the step is tested alone; without it: the action itself."""
        self.hooks = MappingProxyType({"test": self.test})

    async def run(self, context: ActionContext[AuthT_contra, PropsT]) -> OutT:
        """Run the author's function; a plain `def` runs in a thread."""
        return await call(self._function, context)

    def metadata(self) -> dict[str, JsonValue]:
        """Return the action's wire form."""
        from .output_schema import result_schema

        switches = self.error_handling_options
        off = document(default_value=False)
        both_off = document(continue_on_failure=off, retry_on_failure=off)
        own = document(
            error_handling_options=switches.metadata() if switches else both_off,
            audience=self.audience.value if self.audience else None,
        )
        return self._overlaid({**self._common(result_schema(self._function)), **own})


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
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: type[PropsClassT] | None = None,
    require_auth: Literal[True] = True,
    **options: Unpack[ActionOptions],
) -> ActionDecorator[AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5, PropsClassT]: ...
@overload
def create_action(
    *,
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: Mapping[str, PropertyBase[Any]],
    require_auth: Literal[True] = True,
    **options: Unpack[ActionOptions],
) -> ActionDecorator[AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5, Mapping[str, Any]]: ...
@overload
def create_action(
    *,
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: type[PropsClassT] | None = None,
    require_auth: Literal[False],
    **options: Unpack[ActionOptions],
) -> ActionDecorator[AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5 | None, PropsClassT]: ...
@overload
def create_action(
    *,
    auth: Auths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5] | None = None,
    props: Mapping[str, PropertyBase[Any]],
    require_auth: Literal[False],
    **options: Unpack[ActionOptions],
) -> ActionDecorator[AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5 | None, Mapping[str, Any]]: ...
def create_action(
    *,
    auth: AnyAuth | None = None,
    props: PropsDeclaration | None = None,
    require_auth: bool = True,
    **options: Unpack[ActionOptions],
) -> ActionDecorator[Any, Any]:
    """Turn a function, `async def` or `def`, into an action.

    The function takes one `ActionContext`, whose type must match `auth` and `props`, and returns
    a JSON value, a dataclass or a pydantic model. Another function for testing the step alone
    attaches to the action: `@get_icecream_flavor.test`.

    Args:
        auth: the piece's auth, a tuple of several, or `None` for an action that needs none.
        props: a `Props` class, or a dict of properties by name (then `props_value` is untyped).
        require_auth: `False` lets the user choose no connection; `context.auth` is then `None`.
        **options: see `ActionOptions`. `name` is the identifier flows store, such as
            `get_icecream_flavor`: never change it.
    """

    def decorate(function: Function[ActionContext[Any, Any], Any]) -> Action[Any, Any, Any]:
        return Action(
            function=function,
            auth=auth,
            props=NoProps if props is None else props,
            require_auth=require_auth,
            **options,
        )

    return decorate
