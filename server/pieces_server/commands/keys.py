"""`keys`: makes, lists and revokes API keys."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pieces_server.access.scopes import DEFAULT_SCOPE, Scope
from pieces_server.times import read_expiry

if TYPE_CHECKING:
    from pieces_server.access.key_entry import KeyEntry
    from pieces_server.access.keys import ApiKeys
    from pieces_server.settings import Settings

    from . import Commands

_HEADINGS: Final = ("ID", "NAME", "SCOPE", "ENDS IN", "CREATED", "EXPIRES", "LAST USED", "REVOKED")


def register(commands: Commands) -> None:
    """Add the commands to the program's."""
    ours = commands.add_parser("keys", help="manage API keys").add_subparsers(
        required=True, metavar="COMMAND"
    )
    _register_create(ours)
    listing = ours.add_parser("list", help="list the keys, revoked and expired ones too")
    listing.add_argument("--json", action="store_true", help="in the API's form")
    listing.set_defaults(run=_list, makes_folder=False)
    revoke = ours.add_parser("revoke", help="make a key open nothing from now on, for good")
    revoke.add_argument("key", metavar="ID_OR_NAME", help="its id; or its name, if only one has it")
    revoke.add_argument(
        "--force", action="store_true", help="even if it is the last with the scope admin"
    )
    revoke.set_defaults(run=_revoke, makes_folder=False)


def _register_create(commands: Commands) -> None:
    create = commands.add_parser(
        "create", help="make an API key and print it; it cannot be printed again"
    )
    create.add_argument(
        "--name", type=_name, default="key", help="what the key is for (default: %(default)s)"
    )
    create.add_argument(
        "--scope",
        choices=[each.value for each in Scope],
        default=DEFAULT_SCOPE.value,
        help="read: list and install; publish: that, and publish versions; "
        "admin: that, and manage keys and what is published (default: %(default)s)",
    )
    create.add_argument(
        "--expires",
        type=_expiry,
        metavar="WHEN",
        help="12h, 90d or 4w from now; 2027-01-31, which is its beginning in UTC; "
        "or an ISO 8601 time (default: never)",
    )
    create.set_defaults(run=_create)


def _name(text: str) -> str:
    from pieces_server.access.key_entry import key_name

    try:
        return key_name(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _expiry(text: str) -> datetime:
    try:
        return read_expiry(text, datetime.now(UTC))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _create(settings: Settings, options: argparse.Namespace) -> int:
    from pieces_server.audit import COMMAND_LINE

    name: str = options.name
    expires: datetime | None = options.expires
    is_new = not settings.lock_path.exists()
    with _keys(settings) as keys:
        print(f"a key for the data folder {str(settings.data_folder.resolve())!r}", file=sys.stderr)
        if is_new:
            print("no instance has run there yet: is `AP_CONFIG_PATH` right?", file=sys.stderr)
        keys.create(
            name,
            # Never through the logger: a log is kept, and read by others.
            lambda key: print(key, flush=True),
            scope=Scope(options.scope),
            actor=COMMAND_LINE,
            expires=expires,
        )
    return 0


def _list(settings: Settings, options: argparse.Namespace) -> int:
    from pieces_server.storage.data_folder_lock import require_instance

    require_instance(settings)
    with _keys(settings) as keys:
        entries = keys.entries()
    if options.json:
        print(json.dumps([each.wire() for each in entries], indent=2))
    else:
        _print_table([_HEADINGS, *map(_cells, entries)])
    return 0


def _revoke(settings: Settings, options: argparse.Namespace) -> int:
    from pieces_server.audit import COMMAND_LINE
    from pieces_server.storage.data_folder_lock import require_instance

    wanted: str = options.key
    force: bool = options.force
    require_instance(settings)
    with _keys(settings) as keys:
        found = keys.identify(wanted)
        keys.revoke(found.id, actor=COMMAND_LINE, even_last=force)
    if found.revoked is None:
        print(f"revoked {found.id}, {found.name!r}, which ended in {found.last_4}")
    else:
        print(f"{found.id}, {found.name!r}, was revoked at {found.revoked}")
    return 0


@contextmanager
def _keys(settings: Settings) -> Generator[ApiKeys]:
    from pieces_server.access.keys import ApiKeys
    from pieces_server.database import open_database
    from pieces_server.database.opening import told_unusable
    from pieces_server.storage.data_folder_lock import held_data_folder
    from pieces_server.storage.identity import check_identity

    with held_data_folder(settings, exclusive=False):
        database = open_database(settings)
        with told_unusable(database), closing(database):
            check_identity(database, settings.data_folder)
            yield ApiKeys(database)


def _cells(entry: KeyEntry) -> Sequence[str]:
    return (
        entry.id,
        entry.name,
        entry.scope.value,
        entry.last_4,
        entry.created,
        entry.expires or "never",
        entry.last_used or "never",
        entry.revoked or "",
    )


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())
