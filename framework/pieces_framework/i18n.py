"""Translations of a piece's metadata: a JSON file for each locale, beside the piece.

`<piece>/i18n/<locale>.json` is one flat object of English texts and their translations. An English
text longer than `KEY_LENGTH` is found by its beginning. What is not there stays English.

Source: docs, "Piece i18n".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from typing_extensions import TypeIs

from .errors import DefinitionError
from .wire import JsonValue, parse_json

KEY_LENGTH: Final = 512
"""Characters, counted as JavaScript does: one beyond U+FFFF counts as two."""
FOLDER: Final = "i18n"
SOURCE_NAME: Final = "translation"
"""The file of the English texts themselves, from which translators work; no locale."""

_LOCALE: Final = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*")
_LABELS: Final = ("options", "options", "*", "label")
_PROPERTY_PATHS: Final = (("displayName",), ("description",), _LABELS)
_PATHS: Final[Sequence[tuple[str, ...]]] = (
    ("description",),
    ("auth", "description"),
    *(
        ("auth", login, text)
        for login in ("username", "password")
        for text in ("displayName", "description")
    ),
    *(("auth", "props", "*", *path) for path in _PROPERTY_PATHS),
    *(
        (kind, "*", *path)
        for kind in ("actions", "triggers")
        for path in (
            ("displayName",),
            ("description",),
            *(("props", "*", *path) for path in _PROPERTY_PATHS),
        )
    ),
)
"""Where a document holds text that is translated; `*` is each item of an object or a list."""


def translate(document: Mapping[str, JsonValue], texts: Mapping[str, str]) -> dict[str, JsonValue]:
    """Return a copy of a piece's metadata with its texts as `texts` has them."""

    def translated(text: str) -> str:
        return texts.get(key_of(text)) or text

    return _with_texts(document, translated)


def texts_of(document: Mapping[str, JsonValue]) -> dict[str, str]:
    """Return every text of a piece's metadata to translate, by its key; what a translator gets."""
    texts: dict[str, str] = {}

    def noted(text: str) -> str:
        if text:
            texts.setdefault(key_of(text), text)
        return text

    _with_texts(document, noted)
    return texts


def key_of(text: str) -> str:
    """Return the key under which the translation of `text` is found."""
    if len(text) * 2 <= KEY_LENGTH:
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    return units[: KEY_LENGTH * 2].decode("utf-16-le", "surrogatepass")


def read_texts(folder: Path, locale: str) -> dict[str, str]:
    """Return the translations into `locale` of the piece in `folder`; none if it has no such file.

    Raises:
        DefinitionError: if the file is not one object of texts.
    """
    if not _LOCALE.fullmatch(locale):
        return {}  # it would name a file elsewhere
    path = folder / FOLDER / f"{locale}.json"
    return _read(path) if path.is_file() else {}


def read_translations(folder: Path) -> dict[str, dict[str, str]]:
    """Return every translation of the piece in `folder`, by locale.

    Raises:
        DefinitionError: naming each file that is not one object of texts.
    """
    translations: dict[str, dict[str, str]] = {}
    problems: list[str] = []
    for path in sorted((folder / FOLDER).glob("*.json")):
        if path.stem == SOURCE_NAME:
            continue
        try:
            translations[path.stem] = _read(path)
        except DefinitionError as error:
            problems += error.problems
    if problems:
        raise DefinitionError(problems)
    return translations


def _read(path: Path) -> dict[str, str]:
    try:
        texts = parse_json(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise DefinitionError([f"`{path}` cannot be read as JSON: {error}"]) from error
    if not isinstance(texts, Mapping):
        raise DefinitionError([f"`{path}` must hold one object of English texts and translations"])
    found: dict[str, str] = {}
    for english, translation in texts.items():
        if not isinstance(translation, str):
            raise DefinitionError([f"`{path}`: the translation of {english!r} is not text"])
        found[english] = translation
    return found


def _with_texts(
    document: Mapping[str, JsonValue], change: Callable[[str], str]
) -> dict[str, JsonValue]:
    changed = dict(document)
    for head, *rest in _PATHS:
        value = changed.get(head)
        if head == "auth" and _is_list(value):
            changed[head] = [_changed(each, rest, change) for each in value]
        elif value is not None:
            changed[head] = _changed(value, rest, change)
    return changed


def _changed(value: JsonValue, path: Sequence[str], change: Callable[[str], str]) -> JsonValue:
    """Return `value` with `change` made to the texts at `path`; itself if there are none."""
    if not path:
        return change(value) if isinstance(value, str) else value
    head, *rest = path
    if isinstance(value, Mapping):
        return {
            key: _changed(item, rest, change) if head in {"*", key} else item
            for key, item in value.items()
        }
    if _is_list(value) and head == "*":
        return [_changed(item, rest, change) for item in value]
    return value


def _is_list(value: JsonValue) -> TypeIs[Sequence[JsonValue]]:
    return isinstance(value, Sequence) and not isinstance(value, str)
