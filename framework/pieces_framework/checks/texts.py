"""What the user reads: names, descriptions, options, the logo."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from pieces_framework.wire import JsonValue

from .finding import Needs, Problem, Severity, check_for
from .piece_files import Part, PieceFiles, text_of

_MIN_DESCRIPTION_CHARACTERS: Final = 12
"""Counted for Latin script only; others say more with fewer."""
_IMAGES: Final = (".png", ".svg", ".jpg", ".jpeg", ".webp", ".gif", ".ico", ".avif")


@check_for(
    "description-missing",
    Severity.WARNING,
    needs=Needs.METADATA,
    hint="say in one sentence what it is for",
)
def description_missing(piece: PieceFiles) -> Iterator[Problem]:
    """The piece, each action and each trigger has a description.

    People choose by it, and so do language models, to whom an action is a tool.
    """
    if not text_of(piece.metadata, "description").strip():
        yield Problem(piece.piece_at("description"), "the piece has no description")
    for part in piece.parts:
        if not part.text("description").strip():
            message = f"the {part.kind} `{part.name}` has no description"
            yield Problem(piece.part_at(part, "description"), message)


@check_for(
    "description-short",
    Severity.NOTE,
    needs=Needs.METADATA,
    hint="write a whole sentence: what it does, with what, and what comes back",
)
def description_short(piece: PieceFiles) -> Iterator[Problem]:
    """A description of less than a dozen characters says little."""
    for part in _described(piece):
        text = part.text("description").strip()
        if len(text) < _MIN_DESCRIPTION_CHARACTERS and text.isascii():
            message = f"the description of the {part.kind} `{part.name}` has {len(text)} characters"
            yield Problem(piece.part_at(part, "description"), message)


@check_for(
    "description-repeats",
    Severity.WARNING,
    needs=Needs.METADATA,
    hint="say what the name does not say",
)
def description_repeats(piece: PieceFiles) -> Iterator[Problem]:
    """A description that is the display name again says nothing."""
    for part in _described(piece):
        if _words(part.text("description")) == _words(part.text("displayName")):
            message = f"the description of the {part.kind} `{part.name}` repeats its display name"
            yield Problem(piece.part_at(part, "description"), message)


@check_for(
    "display-name-form",
    Severity.NOTE,
    needs=Needs.METADATA,
    hint="write it as a title, in words with capitals",
)
def display_name_form(piece: PieceFiles) -> Iterator[Problem]:
    """The display name of an action or trigger is written for people.

    `get_flavor` is an identifier, and ` get flavor` has no capital at all.
    """
    for part in piece.parts:
        name = part.text("displayName")
        if name and (name != name.strip() or "_" in name or name.islower()):
            message = f"the display name of the {part.kind} `{part.name}` is {name[:80]!r}"
            better = _titled(name)
            proposal = f"; write {better[:80]!r}" if better not in {"", name} else ""
            yield Problem(piece.part_at(part, "display_name"), f"{message}{proposal}")


@check_for(
    "display-name-twice",
    Severity.WARNING,
    needs=Needs.METADATA,
    hint="give each a display name of its own",
)
def display_name_twice(piece: PieceFiles) -> Iterator[Problem]:
    """No two actions, and no two triggers, have one display name: nobody could tell them apart."""
    seen: dict[tuple[str, str], str] = {}
    for part in piece.parts:
        key = (part.kind, _words(part.text("displayName")))
        first = seen.setdefault(key, part.name)
        if first != part.name and key[1]:
            message = f"the {part.kind}s `{first}` and `{part.name}` have the same display name"
            yield Problem(piece.part_at(part, "display_name"), message)


@check_for(
    "logo-address",
    Severity.WARNING,
    needs=Needs.METADATA,
    hint="give `logo_url` the https address of an image",
)
def logo_address(piece: PieceFiles) -> Iterator[Problem]:
    """The logo is an image at an https address.

    A page that is served by https shows no other. An image within the address, `data:image/…`,
    serves too.
    """
    address = text_of(piece.metadata, "logoUrl")
    if address.startswith("data:image/"):
        return
    place = piece.piece_at("logo_url")
    if not address.strip():
        yield Problem(place, "the piece has no logo")
    elif not address.startswith("https://") or not _host(address):
        yield Problem(place, f"the logo's address is {address[:80]!r}, which is not https")


@check_for(
    "logo-format",
    Severity.NOTE,
    needs=Needs.METADATA,
    hint="use an image that browsers show: SVG, PNG, JPEG or WebP",
)
def logo_format(piece: PieceFiles) -> Iterator[Problem]:
    """The logo's address ends like that of an image.

    An address without any ending is let be: a service may answer an image there.
    """
    address = text_of(piece.metadata, "logoUrl")
    name = address.partition("?")[0].partition("#")[0].rpartition("/")[2].lower()
    ending = name[name.rfind(".") :] if "." in name else ""
    if address.startswith("https://") and ending and ending not in _IMAGES:
        yield Problem(piece.piece_at("logo_url"), f"the logo's address ends in `{ending[:20]}`")


@check_for(
    "option-twice",
    Severity.WARNING,
    needs=Needs.METADATA,
    hint="give each option a value of its own",
)
def option_twice(piece: PieceFiles) -> Iterator[Problem]:
    """The options of a static dropdown have different values.

    A flow stores the value: of two options with one value the form shows the first.
    """
    for part in piece.parts:
        for name, prop in part.props.items():
            counts = Counter(map(repr, _option_values(prop)))
            for value in (value for value, count in counts.items() if count > 1):
                message = f"`{name}` of `{part.name}` has several options with the value {value}"
                yield Problem(piece.prop_at(part, name), message)


def _described(piece: PieceFiles) -> Iterator[Part]:
    return (part for part in piece.parts if part.text("description").strip())


def _titled(name: str) -> str:
    """Give each word a capital, unless it has one: `iOS` is written so."""
    words = name.replace("_", " ").split()
    return " ".join(word[0].upper() + word[1:] if word.islower() else word for word in words)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # a bracket without its pair
        return ""


def _option_values(prop: Mapping[str, JsonValue]) -> Iterator[JsonValue]:
    state = prop.get("options")
    options = state.get("options") if isinstance(state, Mapping) else None
    for option in options if isinstance(options, list) else ():
        if isinstance(option, Mapping) and "value" in option:
            yield option["value"]


CHECKS: Final = (
    description_missing,
    description_short,
    description_repeats,
    display_name_form,
    display_name_twice,
    logo_address,
    logo_format,
    option_twice,
)
