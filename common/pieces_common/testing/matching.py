"""When a request is the one that was recorded. Both are without secrets when they are compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from typing_extensions import TypeIs

from pieces_framework import JsonValue
from pieces_framework.wire import key_path, same_json

from .exchange import BodyDocument, Request

_MAX_NAMES: Final = 5


def is_same(asked: Request, recorded: Request) -> bool:
    """Whether both are the same request.

    Method, host and path as they are; the query and a form as names with values, whose order
    counts among equal names only; a JSON body as JSON. Headers are not compared.
    """
    return not differences(asked, recorded)


def differences(asked: Request, recorded: Request) -> list[str]:
    """Name what two requests differ in: parts, and names in them; values may be secrets."""
    ours, theirs = urlsplit(asked.url), urlsplit(recorded.url)
    found: list[str] = []
    if asked.method != recorded.method:
        found.append("its method")
    if (ours.scheme, ours.netloc) != (theirs.scheme, theirs.netloc):
        found.append("its host")
    if ours.path != theirs.path:
        found.append("its path")
    queries = (_by_name(_pairs(ours.query)), _by_name(_pairs(theirs.query)))
    if queries[0] != queries[1]:
        found.append(_with_names("its query", _differing(*queries)))
    if not _same_body(asked.body, recorded.body):
        found.append(_with_names("its body", _differing_in_body(asked.body, recorded.body)))
    return found


def _same_body(asked: BodyDocument, recorded: BodyDocument) -> bool:
    match asked, recorded:
        case {"json": ours}, {"json": theirs}:
            return same_json(ours, theirs)
        case {"form": ours}, {"form": theirs}:
            return _by_name(ours) == _by_name(theirs)
        case _:
            return asked == recorded


def _differing_in_body(asked: BodyDocument, recorded: BodyDocument) -> Iterable[str]:
    """Name fields of a form or paths of JSON: `items[0].price`; nothing of any other body."""
    match asked, recorded:
        case {"json": ours}, {"json": theirs}:
            return _differing_paths(ours, theirs, "")
        case {"form": ours}, {"form": theirs}:
            return _differing(_by_name(ours), _by_name(theirs))
        case _:
            return ()


def _differing_paths(ours: JsonValue, theirs: JsonValue, path: str) -> Iterator[str]:
    if same_json(ours, theirs):
        return
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        for name in sorted({*ours, *theirs}):
            inner = key_path(path, name)
            if name in ours and name in theirs:
                yield from _differing_paths(ours[name], theirs[name], inner)
            else:
                yield inner
    elif _is_list(ours) and _is_list(theirs) and len(ours) == len(theirs):
        for place, (our, their) in enumerate(zip(ours, theirs, strict=True)):
            yield from _differing_paths(our, their, f"{path}[{place}]")
    elif path:
        yield path


def _pairs(query: str) -> list[list[str]]:
    return [[name, value] for name, value in parse_qsl(query, keep_blank_values=True)]


def _by_name(pairs: JsonValue) -> Mapping[str, list[JsonValue]]:
    found: dict[str, list[JsonValue]] = {}
    for pair in pairs if isinstance(pairs, Sequence) else ():
        match pair:
            case [str() as name, value]:
                found.setdefault(name, []).append(value)
            case _:  # no form of ours
                continue
    return found


def _differing(ours: Mapping[str, object], theirs: Mapping[str, object]) -> list[str]:
    return sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))


def _with_names(part: str, names: Iterable[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in islice(names, _MAX_NAMES))
    return f"{part} ({shown})" if shown else part


def _is_list(value: JsonValue) -> TypeIs[Sequence[JsonValue]]:
    return isinstance(value, list)
