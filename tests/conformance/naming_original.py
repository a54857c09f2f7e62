"""What the original's scaffolding makes of names, worked out apart from our own code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from tests.conformance.ecmascript import SPACE

_PIECE_NAME: Final = re.compile(r"(?![._])[a-z0-9-]{1,214}")
_PACKAGE_NAME: Final = re.compile(r"(?:@[a-zA-Z0-9-]+/)?[a-zA-Z0-9-]+")
_FOLDER: Final = "packages/pieces/custom"
_WHITE_SPACE: Final = re.compile(f"[{re.escape(SPACE)}]+")
_LAST_OF_BMP: Final = "\uffff"
_NO_WORD: Final = "Cannot read properties of undefined (reading 'toUpperCase')"
_TREE: Final = [
    ".eslintrc.json",
    "package.json",
    "src/",
    "src/i18n/",
    "src/index.ts",
    "src/lib/",
    "tsconfig.json",
    "tsconfig.lib.json",
]


def file_stem(display_name: str) -> str:
    """Return the name of the file of an action or trigger; nothing but white space is cleaned."""
    return _WHITE_SPACE.sub("-", display_name.lower())


def identifier(display_name: str) -> str:
    """Return the name of an action or trigger, and of the constant that holds it."""
    first, *others = display_name.split(" ")
    return first.lower() + "".join(_upper_first(each[:1]) + each[1:].lower() for each in others)


class Scaffold:
    """A folder that the original makes pieces in, one after another."""

    def __init__(self) -> None:
        self._folders: Final[set[str]] = set()

    def create(self, name: str, package: str) -> Mapping[str, Any]:
        """Return what making a piece comes to, as it is recorded."""
        if not _PIECE_NAME.fullmatch(name):
            return _refused(_invalid("piece", name))
        if not _PACKAGE_NAME.fullmatch(package):
            return _refused(_invalid("package", package))
        if name in self._folders:
            return _refused(f"🚨 Piece already exists at <cwd>/{_FOLDER}/{name}")
        self._folders.add(name)  # a crash leaves it behind
        first, *others = name.split("-")
        if not all(others):
            return {"exit_code": None, "crash": _NO_WORD, "messages": []}
        return {
            "exit_code": None,
            "crash": None,
            "messages": [
                "✨  Done!",
                f"The piece has been generated at: {_FOLDER}/{name}",
            ],
            "identifier": first + "".join(_upper_first(each) for each in others),
            "displayName": name[0].upper() + name[1:].lower(),
            "logoUrl": f"https://cdn.activepieces.com/pieces/{name}.png",
            "tree": _TREE,
        }


def _refused(message: str) -> Mapping[str, Any]:
    return {"exit_code": 1, "crash": None, "messages": [message]}


def _invalid(what: str, name: str) -> str:
    rule = "can only contain lowercase letters, numbers, and hyphens"
    return f"🚨 Invalid {what} name: {name}. {what.capitalize()} names {rule}."


def _upper_first(word: str) -> str:
    # A character beyond the first plane is two of JavaScript's, and neither has an upper case.
    return word if word[:1] > _LAST_OF_BMP else word[:1].upper() + word[1:]
