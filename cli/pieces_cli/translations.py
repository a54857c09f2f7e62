"""The files of a piece's `i18n` folder: its English texts, and what translators make of them."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from pieces_framework.checks import Finding, Severity, check
from pieces_framework.errors import DefinitionError
from pieces_framework.i18n import FOLDER, SOURCE_NAME, read_texts, texts_of
from pieces_framework.wire import parse_json

from .building.extraction import extract
from .checking.source_tree import read_source_tree
from .workspace import PROJECT_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pieces_framework import JsonValue

    from .workspace import PieceFolder

STALE: Final = "translation-stale"
"""The one rule that is ours: the framework's do not look at the English texts on disk."""
_RULES: Final = "translation-"
_UNREADABLE: Final = "translation-unreadable"
_LOCALE: Final = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


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


def is_locale(name: str) -> bool:
    """Whether a locale is called so: `de`, `zh-TW`; as the rule `translation-misplaced` has it."""
    return _LOCALE.fullmatch(name) is not None


def text_files(
    piece: PieceFolder, metadata: Mapping[str, JsonValue], locales: Sequence[str]
) -> Iterator[TextFile]:
    """Return the file of the English texts, and that of each of `locales`.

    In a locale's file what is translated stays. What is not has an empty text, which is shown in
    English and found by the rule `translation-missing`.

    Raises:
        DefinitionError: if a file that is there is no object of texts, or has a text twice.
    """
    package = _package(piece)
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
        SourceError: if a file of the piece cannot be read.
    """
    files = _files(piece.path)
    found = _of_translations(check(files))
    if any(finding.rule == _UNREADABLE for finding in found):
        return found  # what a piece says of itself cannot be had without its translations
    metadata = extract(piece, python).metadata
    return [*_of_translations(check(files, metadata)), *_stale(piece, metadata)]


def _of_translations(found: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in found if finding.rule.startswith(_RULES)]


def _stale(piece: PieceFolder, metadata: Mapping[str, JsonValue]) -> Iterator[Finding]:
    path = _package(piece) / FOLDER / f"{SOURCE_NAME}.json"
    if not path.is_file():
        return
    wanted = texts_of(metadata)
    try:
        written = read_texts(_package(piece), SOURCE_NAME)
    except DefinitionError:
        message = "the file is no object of texts"
    else:
        if written == wanted:
            return
        new = len(wanted.keys() - written.keys())
        gone = len(written.keys() - wanted.keys())
        message = f"the file is not what the piece says (new texts: {new}, gone: {gone})"
    yield Finding(
        rule=STALE,
        severity=Severity.ERROR,
        path=path.relative_to(piece.path).as_posix(),
        line=None,
        message=message,
        hint=f"pieces i18n extract {piece.name}",
    )


def placed(finding: Finding, place: Path) -> Finding:
    """Return a finding with its path below `place` instead of in the piece's folder."""
    return replace(finding, path=str(PurePosixPath(place.as_posix(), finding.path)))


def _package(piece: PieceFolder) -> Path:
    """Return the folder beside whose modules `i18n` belongs."""
    module = piece.path.joinpath(*piece.entry_point.partition(":")[0].strip().split("."))
    return module if module.is_dir() else module.parent


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
