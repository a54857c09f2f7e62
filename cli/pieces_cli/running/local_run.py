"""What `pieces run` needs before it can run: the piece, the values, the credentials, a store."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from pieces_engine import FileStore, HookName
    from pieces_framework import JsonValue, Piece, Trigger, WebhookPayload
    from pieces_framework.recording import Recording

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
    from pieces_cli.workspace import find_workspace
    from pieces_engine import find_installed
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
    props: Mapping[str, JsonValue]

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

    @property
    def property_names(self) -> Sequence[str]:
        """The names of the properties it takes.

        Raises:
            PieceNotFoundError: as for `trigger`.
        """
        from pieces_framework.property import properties_of

        return list(properties_of(self.local.piece.find(self.name).props))

    async def run_action(self) -> JsonValue:
        """Run the action, and say what it asked for. Raises what `pieces_engine` raises."""
        from pieces_engine import local_recording, local_services, run_action

        recording = local_recording()
        services = local_services(
            self.local.store_file, flow=self._flow, step=self.name, recording=recording
        )
        with self._values_explained():
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
        from pieces_engine import local_recording, local_services, run_hook

        recording = local_recording()
        services = local_services(
            self.local.store_file,
            flow=self._flow,
            step=self.name,
            recording=recording,
            webhook_url=webhook_url,
            payload=payload,
        )
        with self._values_explained():
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

    async def webhook_path(self) -> str:
        """Return the path of the trigger's webhook URL.

        The id in it is random; it is kept, so that `on_disable` sees the URL `on_enable` saw.
        """
        import secrets
        import string

        store = self._store("#webhook")
        webhook_id = await store.get(_WEBHOOK_ID, str)
        if webhook_id is None:
            alphabet = string.ascii_letters + string.digits
            webhook_id = "".join(secrets.choice(alphabet) for _ in range(_WEBHOOK_ID_CHARACTERS))
            await store.put(_WEBHOOK_ID, webhook_id)
        return f"/api/v1/webhooks/{webhook_id}"

    @contextmanager
    def _values_explained(self) -> Generator[None]:
        """Let refused values name the action or trigger, and say how to give others."""
        from pieces_framework import PropsError

        try:
            yield
        except PropsError as error:
            hint = f"for `{self.name}` pass --prop NAME=VALUE or --input FILE"
            raise PropsError(error.problems, hint=error.hint or hint) from error

    @property
    def _flow(self) -> str:
        """Whose values the store's scope `FLOW` holds."""
        return f"{self.local.name}/{self.name}"

    def _store(self, part: str) -> FileStore:
        from pieces_engine import FileStore

        return FileStore(self.local.store_file, flow=f"{self._flow}{part}")

    def _connection(self) -> JsonValue:
        """The credentials as a connection: a JSON object is read, but not where text is wanted."""
        from pieces_framework.wire import parse_json

        auths = self.local.piece.find(self.name).auths
        if self.auth is None or all(auth.kind == "SECRET_TEXT" for auth in auths):
            return self.auth
        try:
            return parse_json(self.auth)
        except ValueError:
            return self.auth

    def _show_requests(self, recording: Recording) -> None:
        from .requests import requests_of

        for request in requests_of(recording):
            click.echo(f"{self.label}: {request}", err=True)
