"""Names: which are allowed, and which identifiers are made from them."""

from __future__ import annotations

import builtins
import keyword
import re
from typing import Final

from pieces_framework.errors import PieceError
from pieces_framework.names import distribution_name

# Source: the documented `pieces create`.
_PIECE_NAME: Final = re.compile(r"(?![._])[a-z0-9-]{1,214}")
_PACKAGE_NAME: Final = re.compile(r"(?:@[a-zA-Z0-9-]+/)?[a-zA-Z0-9-]+")
_MAX_PART_NAME: Final = 50
"""Longer display names are cut: the name becomes a file's name and is stored in flows."""

# What the generated modules and tests import or bind beside the author's own name.
_TAKEN: Final = frozenset(
    {"actions", "annotations", "auth", "context", "driver", "item", "items", "json"}
    | {"connection", "make_context", "parse_props", "piece", "polls", "props", "pytest", "result"}
    | {"store", "subscribe", "subscribed", "text", "triggers", "unsubscribe"}
    | {"create_action", "create_piece", "create_polling_trigger", "create_trigger"}
)


class InvalidNameError(PieceError):
    """A name that cannot be used; the hint says what to use instead."""

    exit_code = 2
    code = "INVALID_NAME"


def check_piece_name(name: str) -> None:
    """Refuse what cannot name a piece.

    Raises:
        InvalidNameError: unless it is lower-case letters, digits and single hyphens between them.
    """
    if not _PIECE_NAME.fullmatch(name) or {"", "-"} & {name[:1], name[-1:]} or "--" in name:
        raise InvalidNameError(
            f"invalid piece name: {name!r}",
            hint="use lower-case letters, numbers and single hyphens between them: `google-drive`",
        )


def titled(name: str) -> str:
    """Return the display name that a piece called `name` begins with.

    >>> titled("google-drive")
    'Google Drive'
    """
    return " ".join(word.capitalize() for word in name.split("-"))


def check_display_name(text: str) -> None:
    """Refuse what cannot be shown on one line as the name of a piece.

    Raises:
        InvalidNameError: if it is blank, or has line breaks or other characters without a form.
    """
    if not text.strip() or not text.isprintable():
        raise InvalidNameError(
            f"invalid display name: {text!r}", hint="use words on one line: `Google Drive`"
        )


def piece_module(name: str) -> str:
    """Return the import name of the piece called `name`.

    >>> piece_module("google-drive")
    'piece_google_drive'
    """
    return f"piece_{name.replace('-', '_')}"


def piece_object(name: str) -> str:
    """Return the name of the object that `create_piece` is assigned to.

    >>> piece_object("google-drive"), piece_object("class"), piece_object("3cx")
    ('google_drive', 'class_', 'piece_3cx')
    """
    return piece_module(name) if name[0].isdigit() else _free(name.replace("-", "_"))


def package_distribution(text: str) -> str:
    """Return the distribution that a package name stands for, as installers spell it.

    >>> package_distribution("@acme/piece-gelato")
    'acme-piece-gelato'

    Raises:
        InvalidNameError: if it is no package name.
    """
    name = distribution_name(text)
    if not _PACKAGE_NAME.fullmatch(text) or name != name.strip("-"):
        raise InvalidNameError(
            f"invalid package name: {text!r}",
            hint="use letters, numbers and hyphens between them: `piece-gelato`, `@acme/gelato`",
        )
    return name


def part_name(display_name: str) -> str:
    """Return the name of the action or trigger with that display name, in snake_case ASCII.

    >>> part_name("New Row (Beta)"), part_name("Créer l'entrée")
    ('new_row_beta', 'creer_lentree')

    Raises:
        InvalidNameError: if nothing usable is left of it.
    """
    import unicodedata

    ascii_text = unicodedata.normalize("NFKD", display_name).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", ascii_text.lower().replace("'", ""))
    name = "_".join(words)
    if len(name) > _MAX_PART_NAME:
        name = name[: _MAX_PART_NAME + 1].rpartition("_")[0] or name[:_MAX_PART_NAME]
    if not name or name[0].isdigit() or keyword.iskeyword(name):
        reason = f"it would be named {name!r}" if name else "nothing is left of it as a name"
        if keyword.iskeyword(name):
            reason += ", a Python keyword"
        raise InvalidNameError(
            f"the display name {display_name!r} cannot be used: {reason}",
            hint="begin with a Latin letter and use two words or more, such as `Import Row`;"
            " the display name can be changed in the file afterwards",
        )
    return name


def part_function(name: str) -> str:
    """Return the name of the function behind the action or trigger called `name`.

    >>> part_function("new_row"), part_function("filter")
    ('new_row', 'filter_')
    """
    return _free(name)


def class_name(name: str) -> str:
    """Return a snake_case name in CapWords.

    >>> class_name("new_row")
    'NewRow'
    """
    return "".join(word.capitalize() for word in name.split("_"))


def _free(name: str) -> str:
    taken = keyword.iskeyword(name) or name in _TAKEN or hasattr(builtins, name)
    # `test_` begins the names of the generated tests, and what pytest takes for one.
    return f"{name}_" if taken or name.startswith("test_") else name
