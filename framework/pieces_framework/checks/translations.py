"""Translations: the files in the package's `i18n` folder."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from pieces_framework.i18n import FOLDER, SOURCE_NAME, texts_of
from pieces_framework.wire import JsonValue, parse_json

from .finding import Needs, Place, Problem, Severity, check_for
from .piece_files import PieceFiles

_LOCALE: Final = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
"""A language by its code, and what is said of it besides: `de`, `zh-TW`, `sr-Latn-RS`."""
_OTHER_FORMS: Final = frozenset({"yaml", "yml", "toml", "po", "json", "json5", "jsonc", "xliff"})
"""How other tools write translations; `JSON` in capitals is another name than `json`."""
_MAX_SHOWN_TEXTS: Final = 3
_MAX_SHOWN_CHARACTERS: Final = 40


@check_for(
    "translation-unreadable",
    Severity.ERROR,
    hint='write one object of texts: `{"English text": "its translation"}`',
)
def translation_unreadable(piece: PieceFiles) -> Iterator[Problem]:
    """A translation is a JSON file with one object of texts; a piece is not built otherwise."""
    for path, content in _files(piece):
        if isinstance(read := texts_in(content), str):
            yield Problem(Place(path), read)


@check_for(
    "translation-missing",
    Severity.WARNING,
    needs=Needs.METADATA,
    hint="`texts_of` of `pieces_framework.i18n` gives all texts; some may stay as they are",
)
def translation_missing(piece: PieceFiles) -> Iterator[Problem]:
    """A language that is there is complete: what is missing is shown in English between."""
    wanted = texts_of(piece.metadata).keys()
    for path, texts in _readable(piece):
        if missing := [key for key in wanted if not texts.get(key)]:
            what = f"{len(missing)} of {len(wanted)} texts: {_few(missing)}"
            yield Problem(Place(path), f"no translation of {what}")


@check_for(
    "translation-unused",
    Severity.NOTE,
    needs=Needs.METADATA,
    hint="drop them, or correct the English text",
)
def translation_unused(piece: PieceFiles) -> Iterator[Problem]:
    """What is translated is a text of the piece, letter by letter, and translated once.

    Of two translations of one text in a file the last counts.
    """
    known = texts_of(piece.metadata)
    for path, texts in _readable(piece):
        if twice := _repeated(piece.files[path]):
            yield Problem(Place(path), f"there are several translations of {_few(twice)}")
        if unused := [key for key in texts if key not in known]:
            what = f"{len(unused)} of {len(texts)} texts: {_few(unused)}"
            yield Problem(Place(path), f"the piece does not have {what}")


@check_for(
    "translation-misplaced",
    Severity.WARNING,
    needs=Needs.SOURCE_TREE,
    hint="write it to `i18n/<locale>.json` beside the package's `__init__.py`, such as "
    "`i18n/de.json` or `i18n/zh-TW.json`",
)
def translation_misplaced(piece: PieceFiles) -> Iterator[Problem]:
    """A translation is where it is looked for: in the package, as `i18n/<locale>.json`.

    Anywhere else nobody looks, and no wheel holds it. A locale is the code of a language, and
    of a region if need be: `de`, `zh-TW`; neither `german` nor `DE`.
    """
    for path in piece.files:
        *folders, name = path.split("/")
        stem, dot, ending = name.rpartition(".")
        if folders[-1:] != [FOLDER] or "tests" in folders or not dot:
            continue
        inside = len(folders) == 2 and folders[0] in piece.packages
        if ending == "json" and not inside:
            yield Problem(Place(path), "the translation is not in the package")
        elif ending == "json" and stem != SOURCE_NAME and not is_locale(stem):
            yield Problem(Place(path), f"`{stem[:_MAX_SHOWN_CHARACTERS]}` is no locale")
        elif (
            ending.lower() in _OTHER_FORMS and f"{path[: -len(name)]}{stem}.json" not in piece.files
        ):
            yield Problem(Place(path), f"`{name[:_MAX_SHOWN_CHARACTERS]}` is not read; JSON is")


def is_locale(name: str) -> bool:
    """Whether a file of translations may be called so: `de`, `zh-TW`."""
    return _LOCALE.fullmatch(name) is not None


def texts_in(content: bytes) -> Mapping[str, str] | str:
    """Return the texts of a file of translations, or what is wrong with it."""
    try:
        document = parse_json(content.decode("utf-8-sig"))
    except ValueError:
        return "the file is not JSON"
    if not isinstance(document, Mapping):
        return "the file does not hold an object"
    texts = {key: value for key, value in document.items() if isinstance(value, str)}
    if len(texts) < len(document):
        return "the file holds something besides texts"
    return texts


def _files(piece: PieceFiles) -> Iterator[tuple[str, bytes]]:
    for package in piece.packages:
        place = re.compile(rf"{re.escape(package)}/{FOLDER}/[^/]+\.json")
        for path in sorted(piece.files):
            if place.fullmatch(path) and not path.endswith(f"/{SOURCE_NAME}.json"):
                yield path, piece.files[path]


def _readable(piece: PieceFiles) -> Iterator[tuple[str, Mapping[str, str]]]:
    for path, content in _files(piece):
        if not isinstance(texts := texts_in(content), str):
            yield path, texts


def _repeated(content: bytes) -> list[str]:
    """Return the keys that a readable object of texts has more than once."""
    counts: Counter[str] = Counter()

    def counted(pairs: list[tuple[str, JsonValue]]) -> JsonValue:
        counts.update(key for key, _ in pairs)
        return None

    parse_json(content.decode("utf-8-sig"), pairs_hook=counted)
    return [key for key, count in counts.items() if count > 1]


def _few(keys: list[str]) -> str:
    shown = ", ".join(repr(key[:_MAX_SHOWN_CHARACTERS]) for key in keys[:_MAX_SHOWN_TEXTS])
    return f"{shown}, …" if len(keys) > _MAX_SHOWN_TEXTS else shown


CHECKS: Final = (
    translation_unreadable,
    translation_missing,
    translation_unused,
    translation_misplaced,
)
