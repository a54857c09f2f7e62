"""Pieces: one service's auth, actions and triggers, gathered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Generic

from .action import Action
from .auth import AuthBase, AuthT
from .errors import DefinitionError, PieceNotFoundError
from .property import properties_of
from .trigger import Trigger, TriggerStrategy
from .wire import JsonValue, document, json_problem

COMPATIBLE_RELEASE: Final = "0.91.0"
"""The Activepieces release whose wire metadata and rules this framework follows."""
MINIMUM_SUPPORTED_RELEASE: Final = "0.82.0"
CONTEXT_VERSION: Final = "2"


class Piece(Generic[AuthT]):
    """One service, declared once. Made by `create_piece`; all else is derived from it."""

    def __init__(
        self,
        *,
        display_name: str,
        logo_url: str,
        description: str,
        authors: Sequence[str],
        auth: AuthBase[AuthT] | None,
        actions: Sequence[Action[Any, Any, Any]],
        triggers: Sequence[Trigger[Any, Any, Any]],
    ) -> None:
        self.display_name: Final = display_name
        self.logo_url: Final = logo_url
        self.description: Final = description
        self.authors: Final = tuple(authors)
        self.auth: Final = auth
        self.actions: Final[Mapping[str, Action[Any, Any, Any]]] = MappingProxyType(
            {action.name: action for action in actions}
        )
        """By name, in the order given."""
        self.triggers: Final[Mapping[str, Trigger[Any, Any, Any]]] = MappingProxyType(
            {trigger.name: trigger for trigger in triggers}
        )
        """By name, in the order given."""

    def find(self, name: str) -> Action[Any, Any, Any] | Trigger[Any, Any, Any]:
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

    def metadata(self) -> dict[str, JsonValue]:
        """Return the wire metadata. Name, version and translations are its host's to add."""
        return document(
            display_name=self.display_name,
            logo_url=self.logo_url,
            description=self.description,
            authors=self.authors,
            categories=[],
            auth=self.auth.metadata() if self.auth else None,
            actions={name: action.metadata() for name, action in self.actions.items()},
            triggers={name: trigger.metadata() for name, trigger in self.triggers.items()},
            minimum_supported_release=MINIMUM_SUPPORTED_RELEASE,
            context_info={"version": CONTEXT_VERSION},
        )

    def __repr__(self) -> str:
        return f"<Piece {self.display_name}>"


def create_piece(
    *,
    display_name: str,
    logo_url: str,
    actions: Sequence[Action[AuthT, Any, Any] | Action[None, Any, Any]],
    triggers: Sequence[Trigger[AuthT, Any, Any] | Trigger[None, Any, Any]],
    auth: AuthBase[AuthT] | None = None,
    description: str = "",
    authors: Sequence[str] = (),
) -> Piece[AuthT]:
    """Gather a piece from what is declared elsewhere, and check it as a whole.

    Args:
        display_name: the service's name, as the user reads it.
        logo_url: where the logo is; it is never fetched here.
        actions: in the order the user sees them.
        triggers: in the order the user sees them.
        auth: the credentials the piece asks for; `None` asks for none.
        description: what the service is for, in a sentence.
        authors: names of those who wrote the piece.

    Raises:
        DefinitionError: with every problem of the declaration, not only the first.
    """
    problems = [
        *_name_problems(display_name, actions, triggers),
        *_auth_problems(auth, (*actions, *triggers)),
        *_property_problems((*actions, *triggers)),
        *_hook_problems(triggers),
        *_sample_problems(triggers),
    ]
    if problems:
        raise DefinitionError(problems)
    return Piece(
        display_name=display_name,
        logo_url=logo_url,
        description=description,
        authors=authors,
        auth=auth,
        actions=actions,
        triggers=triggers,
    )


def _name_problems(
    display_name: str,
    actions: Sequence[Action[Any, Any, Any]],
    triggers: Sequence[Trigger[Any, Any, Any]],
) -> Iterator[str]:
    if not display_name:
        yield "the piece has no display_name"
    for kind, declared in (("action", actions), ("trigger", triggers)):
        for name, count in Counter(each.name for each in declared).items():
            if not name:
                yield f"an {kind} has no name" if kind == "action" else "a trigger has no name"
            elif count > 1:
                yield f"{count} {kind}s are named `{name}`; give each its own name"
    for name in {action.name for action in actions} & {trigger.name for trigger in triggers}:
        yield f"an action and a trigger are both named `{name}`; rename the newer one"


def _auth_problems(
    auth: AuthBase[Any] | None,
    declared: Sequence[Action[Any, Any, Any] | Trigger[Any, Any, Any]],
) -> Iterator[str]:
    for each in declared:
        if each.auth is not None and each.auth is not auth:
            yield f"{each.where} has another auth than the piece: pass the piece's own, or none"


def _property_problems(
    declared: Sequence[Action[Any, Any, Any] | Trigger[Any, Any, Any]],
) -> Iterator[str]:
    for each in declared:
        if not isinstance(each.props, Mapping):
            continue  # a Props class was checked when it was defined
        for name, prop in properties_of(each.props).items():
            yield from (
                f"{each.where}, property `{name}`: {problem}" for problem in prop.problems()
            )


def _sample_problems(triggers: Sequence[Trigger[Any, Any, Any]]) -> Iterator[str]:
    for trigger in triggers:
        if problem := json_problem(trigger.sample_data, "sample_data"):
            yield f"{trigger.where}: {problem}"


def _hook_problems(triggers: Sequence[Trigger[Any, Any, Any]]) -> Iterator[str]:
    for trigger in triggers:
        for hook in trigger.hooks.values():
            if len(hook.functions) > 1:
                yield f"{trigger.where} has {len(hook.functions)} `{hook.name}` hooks; keep one"
        if trigger.strategy is TriggerStrategy.WEBHOOK:
            for hook in (trigger.on_enable, trigger.on_disable):
                if not hook.functions:
                    yield f"{trigger.where} is a webhook and lacks the hook `{hook.name}`"
