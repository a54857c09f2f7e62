"""Pieces: one service's auth, actions and triggers, gathered."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Generic, Required, TypeAlias, overload

from typing_extensions import TypedDict, Unpack

from .action import Action
from .auth import AnyAuth, AuthBase, AuthT, AuthT2, AuthT3, AuthT4, AuthT5, SeveralAuths, auths_of
from .calling import source_of
from .errors import DefinitionError, PieceNotFoundError
from .part import Part, unknown_problem
from .trigger import Trigger
from .wire import JsonValue, Overlay, document

if TYPE_CHECKING:
    from pathlib import Path

    from .events import AppEvents
    from .presentation import PieceCategory

COMPATIBLE_RELEASE: Final = "0.91.0"
"""The Activepieces release whose wire metadata and rules this framework follows."""
MINIMUM_SUPPORTED_RELEASE: Final = "0.82.0"
"""No piece's metadata says less: it is the first release that reads the present contexts."""
CONTEXT_VERSION: Final = "2"


_NEEDED: Final = {
    "display_name": "pass the name of the service",
    "logo_url": "pass the address of its logo",
}
"""Options without a default, and what to do."""

AnyAction: TypeAlias = Action[Any, Any, Any]
AnyTrigger: TypeAlias = Trigger[Any, Any, Any, Any]


class PieceOptions(TypedDict, total=False):
    """What `create_piece` takes besides auth, actions and triggers."""

    display_name: Required[str]
    """The service's name, as the user reads it."""
    logo_url: Required[str]
    """Where the logo is; it is never fetched here."""
    description: str
    """What the service is for, in a sentence."""
    authors: Sequence[str]
    """Names of those who wrote the piece."""
    categories: Sequence[PieceCategory]
    """Under what users find it."""
    minimum_supported_release: str | None
    """The first Activepieces release that can run it, `X.Y.Z`; 0.82.0 at least, and by default."""
    maximum_supported_release: str | None
    """The last one, `X.Y.Z`; none by default."""
    events: AppEvents | None
    """How the requests of the app are read; needed where a trigger is an `APP_WEBHOOK`."""
    deprecated: bool | Mapping[str, JsonValue] | None
    """Whether users shall choose something else. An object goes into the metadata as it is."""


class Piece(Generic[AuthT]):
    """One service, declared once. Made by `create_piece`; all else is derived from it."""

    def __init__(
        self,
        *,
        auth: AnyAuth | None,
        actions: Sequence[AnyAction],
        triggers: Sequence[AnyTrigger],
        display_name: str,
        logo_url: str,
        description: str = "",
        authors: Sequence[str] = (),
        categories: Sequence[PieceCategory] = (),
        minimum_supported_release: str | None = None,
        maximum_supported_release: str | None = None,
        events: AppEvents | None = None,
        deprecated: bool | Mapping[str, JsonValue] | None = None,
        folder: Path | None = None,
    ) -> None:
        self.display_name: Final = display_name
        self.logo_url: Final = logo_url
        self.description: Final = description
        self.authors: Final = tuple(authors)
        self.categories: Final = tuple(categories)
        self.minimum_supported_release: Final = minimum_supported_release
        """As given; the metadata never says less than `MINIMUM_SUPPORTED_RELEASE`."""
        self.maximum_supported_release: Final = maximum_supported_release
        self.events: Final = events
        self.deprecated: Final = deprecated
        self.auth: Final = auth
        """As given: one, a tuple of several, or `None`."""
        self.auths: Final[tuple[AuthBase[Any], ...]] = auths_of(auth)
        """The kinds of connection the piece knows, each of another type."""
        self.actions: Final[Mapping[str, AnyAction]] = MappingProxyType(
            {action.name: action for action in actions}
        )
        """By name, in the order given."""
        self.triggers: Final[Mapping[str, AnyTrigger]] = MappingProxyType(
            {trigger.name: trigger for trigger in triggers}
        )
        """By name, in the order given."""
        self.folder: Final = folder
        """Where the piece's translations are; `None` if it is in no file."""
        self.overlay: Overlay | None = None
        """What a loaded document says beyond our own metadata, or short of it."""

    def find(self, name: str) -> AnyAction | AnyTrigger:
        """Return the action or trigger called `name`.

        Raises:
            PieceNotFoundError: if there is none; it names those there are.
        """
        found = self.actions.get(name) or self.triggers.get(name)
        if found is None:
            known = ", ".join(f"`{known}`" for known in (*self.actions, *self.triggers))
            raise PieceNotFoundError(
                f"`{self.display_name}` has no action or trigger `{name}`",
                hint=f"it has {known}" if known else "it has none yet",
            )
        return found

    def metadata(self, locale: str | None = None) -> dict[str, JsonValue]:
        """Return the wire metadata. Name, version and translations are its host's to add.

        Args:
            locale: the language of the texts, such as `de`, from the piece's `i18n` folder. What
                is not translated there stays English.
        """
        ours = document(
            display_name=self.display_name,
            logo_url=self.logo_url,
            description=self.description,
            authors=list(self.authors),
            categories=[category.value for category in self.categories],
            auth=self._auth_metadata(),
            actions={name: action.metadata() for name, action in self.actions.items()},
            triggers={name: trigger.metadata() for name, trigger in self.triggers.items()},
            minimum_supported_release=_at_least(
                MINIMUM_SUPPORTED_RELEASE, self.minimum_supported_release
            ),
            maximum_supported_release=self.maximum_supported_release,
            context_info={"version": CONTEXT_VERSION},
            deprecated=self.deprecated,
        )
        metadata = self.overlay.apply(ours) if self.overlay else ours
        return metadata if locale is None else self._translated(metadata, locale)

    def _auth_metadata(self) -> JsonValue:
        documents = [auth.metadata() for auth in self.auths]
        return documents if isinstance(self.auth, tuple) else next(iter(documents), None)

    def _translated(self, metadata: dict[str, JsonValue], locale: str) -> dict[str, JsonValue]:
        from . import i18n

        texts = None if self.folder is None else i18n.read_texts(self.folder, locale)
        return i18n.translate(metadata, texts) if texts else metadata

    def __repr__(self) -> str:
        return f"<Piece {self.display_name}>"


@overload
def create_piece(
    *,
    auth: AuthBase[AuthT] | None = None,
    actions: Sequence[Action[AuthT, Any, Any] | Action[None, Any, Any]],
    triggers: Sequence[Trigger[AuthT, Any, Any, Any] | Trigger[None, Any, Any, Any]],
    **options: Unpack[PieceOptions],
) -> Piece[AuthT]: ...
@overload
def create_piece(
    *,
    auth: SeveralAuths[AuthT, AuthT2, AuthT3, AuthT4, AuthT5],
    actions: Sequence[AnyAction],
    triggers: Sequence[AnyTrigger],
    **options: Unpack[PieceOptions],
) -> Piece[AuthT | AuthT2 | AuthT3 | AuthT4 | AuthT5]: ...
def create_piece(
    *,
    auth: AnyAuth | None = None,
    actions: Sequence[AnyAction],
    triggers: Sequence[AnyTrigger],
    **options: Unpack[PieceOptions],
) -> Piece[Any]:
    """Gather a piece from what is declared elsewhere, and check it as a whole.

    Args:
        auth: the credentials the piece asks for, or a tuple of several, each of another type;
            `None` asks for none.
        actions: in the order the user sees them.
        triggers: in the order the user sees them.
        **options: see `PieceOptions`.

    Raises:
        DefinitionError: with every problem of the declaration, not only the first.
    """
    from .definition import Declaration

    if unreadable := [
        *_option_problems(options),
        *_part_problems(Action, actions),
        *_part_problems(Trigger, triggers),
    ]:
        raise DefinitionError(unreadable)
    # Not `inspect`, which searches the disk for source. The caller is where the piece is declared.
    caller = sys._getframe(1)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    folder = _folder(caller.f_globals.get("__file__"))
    piece = Piece[Any](auth=auth, actions=actions, triggers=triggers, folder=folder, **options)
    declaration = Declaration(
        display_name=piece.display_name,
        auths=piece.auths,
        actions=actions,
        triggers=triggers,
        events=piece.events,
        minimum_supported_release=piece.minimum_supported_release,
        maximum_supported_release=piece.maximum_supported_release,
    )
    if problems := declaration.problems():
        raise DefinitionError(problems)
    return piece


def _option_problems(options: Mapping[str, object]) -> Iterator[str]:
    for name, advice in _NEEDED.items():
        if name not in options:
            yield f"the piece has no {name}; {advice}"
    known = ("auth", "actions", "triggers", *sorted(PieceOptions.__annotations__))
    if unknown := [name for name in options if name not in known]:
        where = f"the piece `{options.get('display_name', '')}`"
        yield unknown_problem(where, unknown, "create_piece", known)


def _part_problems(expected: type[Part[Any, Any]], given: Iterable[object]) -> Iterator[str]:
    kind = expected.kind
    for each in given:
        if isinstance(each, expected):
            continue
        if isinstance(each, Part):
            yield f"{each.where} is among the {kind}s; move it to `{each.kind}s`"
        elif name := getattr(each, "__name__", ""):
            where = f"`{name}`{source_of(each)}"
            yield f"{where} is among the {kind}s and is none; put `@create_{kind}(...)` above it"
        else:
            yield f"a `{type(each).__name__}` is among the {kind}s; make each by `create_{kind}`"


def _folder(file: object) -> Path | None:
    from pathlib import Path

    return Path(file).parent if isinstance(file, str) else None


def _at_least(floor: str, release: str | None) -> str:
    from .versions import Version, VersionError

    try:
        given = Version.parse(release or floor)
    except VersionError:  # a loaded document may say anything; its overlay says it again
        return floor
    return str(max(given, Version.parse(floor)))
