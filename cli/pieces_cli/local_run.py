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
    from pieces_framework import PieceNotFoundError
    from pieces_framework.importing import import_piece

    from .workspace import find_workspace

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
    def trigger(self) -> Trigger[Any, Any, Any] | None:
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
        """Run the action. Raises what `pieces_engine.run_action` raises."""
        from pieces_engine import run_action

        with self._values_explained():
            return await run_action(
                self.local.piece, self.name, auth=self.auth, props=self.props, store=self._store()
            )

    async def run_hook(
        self, hook: HookName, *, webhook_url: str = "", payload: WebhookPayload | None = None
    ) -> JsonValue:
        """Call a function of the trigger. Raises what `pieces_engine.run_hook` raises."""
        from pieces_engine import run_hook

        with self._values_explained():
            return await run_hook(
                self.local.piece,
                self.name,
                hook,
                auth=self.auth,
                props=self.props,
                store=self._store(),
                webhook_url=webhook_url,
                payload=payload,
            )

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

    def _store(self, part: str = "") -> FileStore:
        from pieces_engine import FileStore

        return FileStore(self.local.store_file, flow=f"{self.local.name}/{self.name}{part}")


def read_auth(variable: str | None, file: str | None) -> str | None:
    """Return the credentials, or `None` if neither option was given.

    Raises:
        click.UsageError: if both were, or if what was given holds nothing.
    """
    import os

    if variable is not None and file is not None:
        raise click.UsageError("give --auth-env or --auth-file, not both")
    if variable is not None:
        value = os.environ.get(variable, "")
        if not value:
            raise click.UsageError(f"--auth-env: the variable `{variable}` is not set or is empty")
        return value
    if file is None:
        return None
    value = _text("--auth-file", file).removesuffix("\n").removesuffix("\r")
    if not value:
        raise click.UsageError(f"--auth-file: `{file}` is empty")
    return value


def read_props(file: str | None, assignments: Sequence[str]) -> dict[str, JsonValue]:
    """Return the properties of `--input`, overridden by those of `--prop`.

    Raises:
        click.UsageError: if the file is not a JSON object, or an assignment has no `=`.
    """
    from pieces_framework.wire import parse_json

    props: dict[str, JsonValue] = {}
    if file is not None:
        try:
            document = parse_json(_text("--input", file))
        except ValueError as error:
            raise click.UsageError(f"--input: `{file}` is not JSON: {error}") from error
        if not isinstance(document, dict):
            raise click.UsageError(f"--input: `{file}` is not a JSON object")
        props.update(document)
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not (name and equals):
            raise click.UsageError(f"--prop: {assignment!r} is not NAME=VALUE")
        props[name] = value
    return props


def check_names(local_run: LocalRun, assignments: Sequence[str]) -> None:
    """Refuse a `--prop` for a property that the action or trigger does not have.

    Raises:
        click.UsageError: if there is one; it names those it has.
    """
    known = local_run.property_names
    for name in (assignment.partition("=")[0] for assignment in assignments):
        if name not in known:
            named = ", ".join(f"`{each}`" for each in known) or "none"
            raise click.UsageError(
                f"--prop: `{local_run.name}` has no property `{name}`; it has {named}"
            )


def read_bytes(option: str, file: str) -> bytes:
    """Return what `file` holds; `-` is standard input.

    Raises:
        click.UsageError: if it cannot be read.
    """
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise click.UsageError(f"{option}: `{file}` cannot be read: {error.strerror}") from error


def _text(option: str, file: str) -> str:
    try:
        return read_bytes(option, file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{option}: `{file}` is not UTF-8 text") from error
