"""Translations: the files in the package's `i18n` folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from pieces_framework.i18n import FOLDER, SOURCE_NAME, texts_of
from pieces_framework.wire import parse_json

from .finding import Needs, Place, Problem, Severity, check_for
from .piece_files import PieceFiles

_SHOWN: Final = 3
_SHOWN_CHARACTERS: Final = 40


@check_for(
    "translation-unreadable",
    Severity.ERROR,
    hint='write one object of texts: `{"English text": "its translation"}`',
)
def translation_unreadable(piece: PieceFiles) -> Iterator[Problem]:
    """A translation is a JSON file with one object of texts; a piece is not built otherwise."""
    for path, content in _files(piece):
        if isinstance(read := _read(content), str):
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
    """What is translated is a text of the piece, letter by letter."""
    known = texts_of(piece.metadata)
    for path, texts in _readable(piece):
        if unused := [key for key in texts if key not in known]:
            what = f"{len(unused)} of {len(texts)} texts: {_few(unused)}"
            yield Problem(Place(path), f"the piece does not have {what}")


@check_for(
    "translation-misplaced",
    Severity.WARNING,
    needs=Needs.SOURCE_TREE,
    hint="move the folder `i18n` beside the package's `__init__.py`",
)
def translation_misplaced(piece: PieceFiles) -> Iterator[Problem]:
    """The folder `i18n` is in the package; anywhere else nobody looks, and no wheel holds it."""
    for path in piece.files:
        folders = path.split("/")[:-1]
        inside = path.rpartition("/")[0] in {f"{package}/{FOLDER}" for package in piece.packages}
        is_texts = path.endswith(".json") and folders[-1:] == [FOLDER] and "tests" not in folders
        if is_texts and not inside:
            yield Problem(Place(path), "the translation is not in the package")


def _files(piece: PieceFiles) -> Iterator[tuple[str, bytes]]:
    for package in piece.packages:
        place = re.compile(rf"{re.escape(package)}/{FOLDER}/[^/]+\.json")
        for path in sorted(piece.files):
            if place.fullmatch(path) and not path.endswith(f"/{SOURCE_NAME}.json"):
                yield path, piece.files[path]


def _readable(piece: PieceFiles) -> Iterator[tuple[str, Mapping[str, str]]]:
    for path, content in _files(piece):
        if not isinstance(texts := _read(content), str):
            yield path, texts


def _read(content: bytes) -> Mapping[str, str] | str:
    """Return the texts of a file, or what is wrong with it."""
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


def _few(keys: list[str]) -> str:
    shown = ", ".join(repr(key[:_SHOWN_CHARACTERS]) for key in keys[:_SHOWN])
    return f"{shown}, …" if len(keys) > _SHOWN else shown


CHECKS: Final = (
    translation_unreadable,
    translation_missing,
    translation_unused,
    translation_misplaced,
)
