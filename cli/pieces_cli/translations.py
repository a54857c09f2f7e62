"""The files of a piece's `i18n` folder: its English texts, and what translators make of them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from pieces_engine.workspace.extraction import extract
from pieces_framework.checks import Finding, check
from pieces_framework.errors import DefinitionError
from pieces_framework.i18n import FOLDER, SOURCE_NAME, read_texts, texts_of
from pieces_framework.project import PROJECT_FILE
from pieces_framework.wire import parse_json

from .checking.import_rules import stale_texts
from .checking.source_tree import package_folder, read_source_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pieces_engine.workspace.folders import PieceFolder
    from pieces_framework import JsonValue

_RULES: Final = "translation-"
_UNREADABLE: Final = "translation-unreadable"


@dataclass(frozen=True, kw_only=True)
class TextFile:
    """One file of texts, as it is to be."""

    path: Path
    content: str
    texts: int
    """How many texts the piece has."""
    translated: int
    """How many of them the file has in its language; of the English texts, all."""
    unused: Sequence[str] = ()
    """What it translates though the piece does not have it; it is kept, behind the others."""

    @property
    def is_written(self) -> bool:
        """Whether the disk has it so already."""
        return self.path.is_file() and self.path.read_bytes() == self.content.encode()


def text_files(
    piece: PieceFolder, metadata: Mapping[str, JsonValue], locales: Sequence[str]
) -> Iterator[TextFile]:
    """Yield the file of the English texts, then that of each of `locales`.

    In a locale's file what is translated stays. What is not has an empty text, which is shown in
    English and found by the rule `translation-missing`.

    Raises:
        DefinitionError: if a file that is there is no object of texts, or has a text twice.
    """
    package = package_folder(piece)
    texts = texts_of(metadata)
    path = package / FOLDER / f"{SOURCE_NAME}.json"
    count = len(texts)
    yield TextFile(path=path, content=_rendered(texts), texts=count, translated=count)
    for locale in locales:
        yield _locale_file(package, locale, texts)


def findings(piece: PieceFolder, python: Path) -> list[Finding]:
    """Return what the rules about translations find, by paths relative to the piece's folder.

    Args:
        piece: whose files they are.
        python: the interpreter that can import the piece.

    Raises:
        ExtractionError: as for `extract`.
        UnreadableFileError: if a file of the piece cannot be read.
    """
    files = _files(piece.path)
    found = _of_translations(check(files))
    if any(finding.rule == _UNREADABLE for finding in found):
        return found  # what a piece says of itself cannot be had without its translations
    metadata = extract(piece, python).metadata
    return [*_of_translations(check(files, metadata)), *stale_texts(piece, files, metadata)]


def _of_translations(found: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in found if finding.rule.startswith(_RULES)]


def _locale_file(package: Path, locale: str, texts: Mapping[str, str]) -> TextFile:
    path = package / FOLDER / f"{locale}.json"
    known = read_texts(package, locale)
    if path.is_file():
        _refuse_repeated(path)
    kept = {key: text for key, text in known.items() if text and key not in texts}
    ours = {key: known.get(key, "") for key in texts}
    return TextFile(
        path=path,
        content=_rendered(ours | kept),
        texts=len(texts),
        translated=sum(1 for text in ours.values() if text),
        unused=list(kept),
    )


def _refuse_repeated(path: Path) -> None:
    """Refuse a file that has a text twice: to write it anew would drop one of the two."""
    counts: Counter[str] = Counter()

    def counted(pairs: list[tuple[str, JsonValue]]) -> JsonValue:
        counts.update(key for key, _ in pairs)
        return None

    parse_json(path.read_text("utf-8-sig"), pairs_hook=counted)
    twice = [key for key, count in counts.items() if count > 1]
    if twice:
        raise DefinitionError(
            [f"`{path}` has {key!r} more than once" for key in twice], hint="keep one of them"
        )


def _rendered(texts: Mapping[str, str]) -> str:
    text = json.dumps(texts, indent=2, ensure_ascii=False) + "\n"
    # A key may end amid a surrogate pair; half a pair has no UTF-8, only its escaped form.
    return text.encode("utf-8", "backslashreplace").decode()


def _files(folder: Path) -> dict[str, bytes]:
    """Return what rules about translations ask for: all `i18n` folders, and what makes packages."""
    return {
        path: content
        for path, content in read_source_tree(folder).items()
        if f"/{FOLDER}/" in f"/{path}" or PurePosixPath(path).name in {PROJECT_FILE, "__init__.py"}
    }
