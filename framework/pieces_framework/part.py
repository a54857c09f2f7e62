"""What actions and triggers have in common: a part of a piece, in a flow a step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Required

from typing_extensions import TypedDict, TypeVar

from .auth import AnyAuth, AuthBase, AuthT_contra, auths_of
from .calling import source_of
from .errors import DefinitionError
from .hook import Hook
from .property import NoProps, PropsDeclaration, properties_of
from .wire import JsonValue, Overlay, document

if TYPE_CHECKING:
    from .output_schema import OutputSchema
    from .presentation import AiMetadata, Classification, PropertyGroup

PropsT = TypeVar("PropsT", default=NoProps)


class PartOptions(TypedDict, total=False):
    """What actions and triggers alike may be given by keyword."""

    name: Required[str]
    """The identifier flows store. Never change it."""
    display_name: Required[str]
    """What the user reads."""
    description: Required[str]
    """What the part does or notices, in a sentence."""
    ai_metadata: AiMetadata | None
    """What an agent should know."""
    classification: Classification | None
    """What the part does to the service's data."""
    output_schema: OutputSchema | None
    """What a result holds; by default read off a pydantic model that the function returns."""
    property_groups: Sequence[PropertyGroup]
    """Properties that the builder shows together."""


class Part(Generic[AuthT_contra, PropsT]):
    """Base of `Action` and `Trigger`.

    Raises:
        DefinitionError: if a keyword is given that `keywords` does not have.
    """

    kind: ClassVar[str]
    """What messages call it."""
    keywords: ClassVar[Iterable[str]]
    """What may be given by keyword to the decorator that makes it."""
    hooks: Mapping[str, Hook[Any, Any]]
    """What may attach to it, by name."""

    def __init__(
        self,
        *,
        name: str,
        display_name: str,
        description: str,
        auth: AnyAuth | None,
        props: PropsDeclaration,
        require_auth: bool,
        function: object,
        ai_metadata: AiMetadata | None = None,
        classification: Classification | None = None,
        output_schema: OutputSchema | None = None,
        property_groups: Sequence[PropertyGroup] = (),
        **unknown: object,
    ) -> None:
        self.name: Final = name
        self.display_name: Final = display_name
        self.description: Final = description
        self.auth: Final = auth
        """As given: one, a tuple of several, or `None`."""
        self.auths: Final[tuple[AuthBase[Any], ...]] = auths_of(auth)
        """The kinds of connection it takes, by which it may be asked for one."""
        self.props: Final = props
        self.require_auth: Final = require_auth
        """Whether a connection must be chosen, if there is an auth."""
        self.ai_metadata: Final = ai_metadata
        self.classification: Final = classification
        self.output_schema: Final = output_schema
        """As given; the metadata may hold one that is derived."""
        self.property_groups: Final = tuple(property_groups)
        self.overlay: Overlay | None = None
        """What a loaded document says beyond our own metadata, or short of it."""
        self._source: Final = source_of(function)
        if unknown:
            maker = f"create_{self.kind}"
            raise DefinitionError([unknown_problem(self.where, unknown, maker, self.keywords)])

    @property
    def where(self) -> str:
        """How messages call it: its name, and the file and line of its function."""
        return f"{self.kind} `{self.name}`{self._source}"

    def _common(self, derived: OutputSchema | None) -> dict[str, JsonValue]:
        """The part of the wire form that is the same for all; `derived` is the second choice."""
        schema = self.output_schema or derived
        return document(
            name=self.name,
            display_name=self.display_name,
            description=self.description,
            props={name: prop.metadata() for name, prop in properties_of(self.props).items()},
            require_auth=self.require_auth,
            ai_metadata=self.ai_metadata.metadata() if self.ai_metadata else None,
            classification=self.classification.value if self.classification else None,
            output_schema=schema.metadata() if schema else None,
            property_groups=[group.metadata() for group in self.property_groups] or None,
        )

    def _overlaid(self, ours: dict[str, JsonValue]) -> dict[str, JsonValue]:
        return self.overlay.apply(ours) if self.overlay else ours

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"


def unknown_problem(where: str, unknown: Iterable[str], maker: str, keywords: Iterable[str]) -> str:
    """Say that `maker`, which takes `keywords`, is given unknown ones."""
    given, known = (", ".join(map("`{}`".format, names)) for names in (unknown, keywords))
    return f"{where} is given {given}, which `{maker}` does not take; it takes {known}"
