"""The examples of the rules: a Markdown file for each, read here and run by its test and its page.

`docs/examples/checks/README.md` says what such a file looks like, and holds the piece that every
example changes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, cast

from pieces_framework import JsonValue
from pieces_framework.checks import Finding, check

FOLDER: Final = Path(__file__).parent / "examples" / "checks"
_PIECE: Final = FOLDER / "README.md"
_METADATA: Final = "metadata"
_HEADING: Final = re.compile(r"^## (?=(?:Bad: \S+|Good)$)", re.MULTILINE)
_BLOCK: Final = re.compile(r"^(`{3,})(\w+) (\S+)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)


class ExampleError(Exception):
    """An example is not written as the README says."""


@dataclass(frozen=True)
class Block:
    """One fenced block: what it does to a file of the piece, or to its metadata."""

    language: str
    """`diff` changes lines of the file, `missing` takes it away, any other puts its text there."""
    path: str
    text: str


@dataclass(frozen=True)
class Case:
    """A piece with one thing changed, and what a rule finds in it."""

    rule: str
    place: str
    """Where the finding is, `path:line` or `path`; empty if there is none."""
    prose: str
    """What is said before the first block."""
    blocks: tuple[Block, ...]


@cache
def findings(case: Case) -> tuple[Finding, ...]:
    """Return what is found in the piece as a case changes it."""
    files, metadata = changed(*piece(), case.blocks)
    return tuple(check({path: text.encode() for path, text in files.items()}, metadata))


def rules() -> list[str]:
    """Return the ids of the rules that have examples."""
    return sorted(path.stem for path in FOLDER.glob("*.md") if path != _PIECE)


@cache
def cases(rule: str) -> tuple[Case, ...]:
    """Return the examples of a rule, those with a finding first.

    Raises:
        ExampleError: if the file lacks a bad or a good example.
    """
    _, *sections = _HEADING.split((FOLDER / f"{rule}.md").read_text(encoding="utf-8"))
    found = [_case(rule, section) for section in sections]
    if not any(case.place for case in found) or all(case.place for case in found):
        raise ExampleError(f"`{rule}` needs a bad and a good example")
    return tuple(sorted(found, key=lambda case: not case.place))


@cache
def piece() -> tuple[Mapping[str, str], Mapping[str, JsonValue]]:
    """Return the piece that examples change: its files and its metadata."""
    return changed({}, {}, _blocks(_PIECE.read_text(encoding="utf-8")))


def changed(
    files: Mapping[str, str], metadata: Mapping[str, JsonValue], blocks: tuple[Block, ...]
) -> tuple[Mapping[str, str], Mapping[str, JsonValue]]:
    """Return files and metadata as the blocks change them."""
    after = dict(files)
    for block in blocks:
        if block.path == _METADATA:
            metadata = cast("Mapping[str, JsonValue]", merged(metadata, json.loads(block.text)))
        elif block.language == "missing":
            del after[block.path]
        elif block.language == "diff":
            after[block.path] = _patched(after[block.path], block)
        else:
            after[block.path] = block.text
    return after, metadata


def merged(old: JsonValue, patch: JsonValue) -> JsonValue:
    """Return a document changed by a merge patch. Source: RFC 7396.

    >>> merged({"a": 1, "b": {"c": 2}}, {"a": None, "b": {"d": 3}})
    {'b': {'c': 2, 'd': 3}}
    """
    if not isinstance(patch, Mapping):
        return patch
    result = dict(old) if isinstance(old, Mapping) else {}
    for key, value in patch.items():
        result[key] = merged(result.get(key), value)
    return {key: value for key, value in result.items() if patch.get(key, "") is not None}


def _patched(text: str, block: Block) -> str:
    lines = block.text.splitlines(keepends=True)
    old = "".join(line[1:] for line in lines if not line.startswith("+"))
    new = "".join(line[1:] for line in lines if not line.startswith("-"))
    if text.count(old) != 1:
        raise ExampleError(f"`{block.path}` does not hold once what a diff takes away: {old!r}")
    return text.replace(old, new)


def _case(rule: str, section: str) -> Case:
    heading, _, body = section.partition("\n")
    prose = body.partition("```")[0].strip()
    return Case(rule, heading.partition(": ")[2], prose, _blocks(body))


def _blocks(text: str) -> tuple[Block, ...]:
    return tuple(_found_blocks(text))


def _found_blocks(text: str) -> Iterator[Block]:
    for found in _BLOCK.finditer(text):
        _, language, path, content = found.groups()
        yield Block(language, path, content)
