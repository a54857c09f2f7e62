"""Runs a folder of metadata documents, and of their translations beside them.

Each document must load into real objects and come back equal. Each translation must change what
the documented paths name, and nothing else, as worked out by a small model written apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

from pieces_framework.i18n import translate
from pieces_framework.loading import piece_from_metadata
from tests.conformance import recorded
from tests.conformance.outcome import CaseOutcome, FileOutcome
from tests.conformance.recorded import is_list, is_object

TRANSLATIONS: Final = "i18n"
_PROPERTY: Final = ("displayName", "description", "options.options.*.label")
_PATHS: Final = (
    "description",
    "auth.description",
    "auth.username.displayName",
    "auth.username.description",
    "auth.password.displayName",
    "auth.password.description",
    *(f"auth.props.*.{path}" for path in _PROPERTY),
    *(f"{kind}.*.{path}" for kind in ("actions", "triggers") for path in _PROPERTY[:2]),
    *(f"{kind}.*.props.*.{path}" for kind in ("actions", "triggers") for path in _PROPERTY),
)


def run_folder(folder: Path) -> list[FileOutcome]:
    """Run every document in `folder`, and every file of translations in its `i18n` folder."""
    outcomes = [_outcome(folder.name, folder, _loads)]
    if (folder / TRANSLATIONS).is_dir():
        name = f"{folder.name}/{TRANSLATIONS}"
        outcomes.append(_outcome(name, folder / TRANSLATIONS, _is_translated))
    return outcomes


def _outcome(name: str, folder: Path, judge: Callable[[Path], Iterator[str]]) -> FileOutcome:
    cases = [_case(path, judge) for path in sorted(folder.glob("*.json"))]
    none = CaseOutcome(id="-", title="the folder itself", problems=["holds no document"])
    return FileOutcome(file=name, cases=cases or [none])


def _case(path: Path, judge: Callable[[Path], Iterator[str]]) -> CaseOutcome:
    try:
        problems = list(judge(path))
    except (
        AttributeError,
        LookupError,
        OSError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        problems = [f"cannot be run: {type(error).__name__}: {error}"]
    return CaseOutcome(id=path.stem, title=path.parent.name, problems=problems)


def _loads(path: Path) -> Iterator[str]:
    document = _object(path)
    piece = piece_from_metadata(document)
    yield from _differences(document, piece.metadata(), "")
    for kind, parts in (("actions", piece.actions), ("triggers", piece.triggers)):
        if parts.keys() != document[kind].keys():
            yield f"`{kind}` were loaded as {', '.join(parts)}"


def _is_translated(path: Path) -> Iterator[str]:
    document = _object(path.parents[1] / path.name)
    loaded = piece_from_metadata(document).metadata()
    for locale, texts in _object(path).items():
        if not all(isinstance(text, str) for text in texts.values()):
            yield f"`{locale}` holds what is not text"
            continue
        before = recorded.text(loaded)
        for problem in _differences(_translated(document, texts), translate(loaded, texts), ""):
            yield f"`{locale}`: {problem}"
        if recorded.text(loaded) != before:
            yield f"`{locale}`: the document itself was changed"


def _object(path: Path) -> dict[str, Any]:
    document = recorded.read(path)
    if not is_object(document):
        raise TypeError("it is no object")
    return document


def _differences(wanted: Any, got: Any, path: str) -> Iterator[str]:
    """Name each place where two documents differ."""
    if is_object(wanted) and is_object(got):
        for key in {**wanted, **got}:
            here = f"{path}.{key}" if path else str(key)
            if key not in got or key not in wanted:
                yield f"`{here}` is {'missing' if key in wanted else 'added'}"
            else:
                yield from _differences(wanted[key], got[key], here)
    elif recorded.text(wanted) != recorded.text(_plain(got)):
        yield f"`{path}` is {recorded.text(_plain(got))}, not {recorded.text(wanted)}"


def _plain(value: Any) -> Any:
    """JSON knows one kind of list."""
    if is_object(value):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if is_list(value) else value


def _translated(document: dict[str, Any], texts: dict[str, str]) -> dict[str, Any]:
    copy = deepcopy(document)
    auths = copy.get("auth")
    for auth in auths if is_list(auths) else [auths]:
        for path in _PATHS:
            holder = {**copy, "auth": auth} if path.startswith("auth.") else copy
            _translate_at(holder, path.split("."), texts)
    return copy


def _translate_at(holder: Any, path: list[str], texts: dict[str, str]) -> None:
    head, *rest = path
    if head == "*":
        for each in holder.values() if is_object(holder) else holder:
            _translate_at(each, rest, texts)
    elif rest:
        inner = holder.get(head) if is_object(holder) else None
        if is_object(inner) or is_list(inner):
            _translate_at(inner, rest, texts)
    elif is_object(holder) and isinstance(holder.get(head), str):
        units = holder[head].encode("utf-16-be", "surrogatepass")[:1024]
        holder[head] = texts.get(units.decode("utf-16-be", "surrogatepass")) or holder[head]
