"""What `pieces run` needs before it can run: the piece, the values, the credentials, a store."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import click

from .run_errors import explained

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pieces_engine import HookName
    from pieces_framework import JsonValue, Piece, Trigger, WebhookPayload
    from pieces_framework.property import InputValue
    from pieces_framework.recording import Recording
    from pieces_framework.run_context import Services

_WEBHOOK_ID: Final = "webhook_id"
_WEBHOOK_ID_CHARACTERS: Final = 21


@dataclass(frozen=True, kw_only=True)
class LocalPiece:
    """A piece that was found and imported."""

    name: str
    piece: Piece[Any]
    origin: str
    """Which copy it is: `piece-gelato 0.1.0, pieces/custom/gelato`, or `installed` for a place."""
    store_file: Path
    """Where runs on this machine keep what they store."""


def find_local_piece(name: str) -> LocalPiece:
    """Import the piece `name` of this workspace, else the installed one.

    Raises:
        PieceNotFoundError: if there is neither.
        PieceError: if it cannot be imported, or several pieces claim the name.
    """
    from pieces_engine import find_installed
    from pieces_engine.workspace.folders import find_workspace
    from pieces_framework import PieceNotFoundError
    from pieces_framework.importing import import_piece

    workspace = find_workspace()
    store_file = (workspace.root if workspace else Path.cwd()) / ".pieces" / "store.db"
    missing: PieceNotFoundError | None = None
    if workspace is not None:
        try:
            folder = workspace.find(name)
        except PieceNotFoundError as error:
            missing = error
        else:
            sys.path.insert(0, str(folder.path))
            piece = import_piece(folder.entry_point)
            place = workspace.place(folder)
            origin = f"{folder.distribution} {folder.version}, {place}"
            return LocalPiece(name=folder.name, piece=piece, origin=origin, store_file=store_file)
    try:
        installed = find_installed(name)
    except PieceNotFoundError as error:
        raise missing or error from None
    piece = import_piece(installed.entry_point)
    origin = f"{installed.distribution} {installed.version}, installed"
    return LocalPiece(name=installed.name, piece=piece, origin=origin, store_file=store_file)


@dataclass(frozen=True, kw_only=True)
class LocalRun:
    """One action or trigger with all that its runs on this machine have in common."""

    local: LocalPiece
    name: str
    auth: str | None = field(repr=False)
    props: Mapping[str, InputValue]

    @property
    def label(self) -> str:
        """What messages call it: `gelato get_icecream_flavor`."""
        return f"{self.local.name} {self.name}"

    @property
    def trigger(self) -> Trigger[Any, Any, Any, Any] | None:
        """The trigger, or `None` if it is an action.

        Raises:
            PieceNotFoundError: if the piece has neither of that name.
        """
        from pieces_framework import Trigger

        found = self.local.piece.find(self.name)
        return found if isinstance(found, Trigger) else None

    async def run_action(self) -> JsonValue:
        """Run the action, and say what it asked for. Raises what `pieces_engine` raises."""
        from pieces_engine import run_action

        recording, services = self._services()
        with explained(self.name):
            output = await run_action(
                self.local.piece,
                self.name,
                auth=self._connection(),
                props=self.props,
                services=services,
            )
        self._show_requests(recording)
        return output

    async def run_hook(
        self, hook: HookName, *, webhook_url: str = "", payload: WebhookPayload | None = None
    ) -> JsonValue:
        """Call a function of the trigger, as `run_action` does the action."""
        from pieces_engine import run_hook

        recording, services = self._services(webhook_url=webhook_url, payload=payload)
        with explained(self.name):
            result = await run_hook(
                self.local.piece,
                self.name,
                hook,
                auth=self._connection(),
                props=self.props,
                services=services,
            )
        self._show_requests(recording)
        return result

    async def load(self, property_name: str, *, search: str | None) -> JsonValue:
        """Call a property's loader; `pieces_engine.run_loader` says what it returns and raises.

        Raises:
            PropsError: if what is filled in holds a file, which no form has.
        """
        from pieces_engine import run_loader
        from pieces_framework import ApFile, PropsError

        files = [name for name, value in self.props.items() if isinstance(value, ApFile)]
        if files:
            raise PropsError(dict.fromkeys(files, "a loader is not given files"))
        _, services = self._services()
        with explained(self.name):
            return await run_loader(
                self.local.piece,
                self.name,
                property_name,
                auth=self._connection(),
                props=cast("Mapping[str, JsonValue]", self.props),  # without the files it is
                services=services,
                search_value=search,
            )

    async def webhook_path(self) -> str:
        """Return the path of the trigger's webhook URL.

        The id in it is random; it is kept, so that `on_disable` sees the URL `on_enable` saw.
        """
        import secrets
        import string

        from pieces_engine import FileStore

        store = FileStore(self.local.store_file, flow=f"{self._flow}#webhook")
        webhook_id = await store.get(_WEBHOOK_ID, str)
        if webhook_id is None:
            alphabet = string.ascii_letters + string.digits
            webhook_id = "".join(secrets.choice(alphabet) for _ in range(_WEBHOOK_ID_CHARACTERS))
            await store.put(_WEBHOOK_ID, webhook_id)
        return f"/api/v1/webhooks/{webhook_id}"

    def secrets(self) -> list[str]:
        """Return the texts that no recording of the run may hold."""
        from pieces_engine.secret_values import secret_values

        from .connection import secrets_of

        part = self.local.piece.find(self.name)
        return [
            *secrets_of(part.auths, self._connection()),
            *secret_values(part.props, self.props, {}),
        ]

    def _services(
        self, *, webhook_url: str = "", payload: WebhookPayload | None = None
    ) -> tuple[Recording, Services]:
        from pieces_engine import local_recording, local_services

        recording = local_recording()
        services = local_services(
            self.local.store_file,
            flow=self._flow,
            step=self.name,
            recording=recording,
            webhook_url=webhook_url,
            payload=payload,
        )
        return recording, services

    @property
    def _flow(self) -> str:
        """Whose values the store's scope `FLOW` holds."""
        return f"{self.local.name}/{self.name}"

    def _connection(self) -> JsonValue:
        from .connection import connection_of

        return connection_of(self.local.piece.find(self.name).auths, self.auth)

    def _show_requests(self, recording: Recording) -> None:
        from .requests import requests_of

        for request in requests_of(recording):
            click.echo(f"{self.label}: {request}", err=True)
