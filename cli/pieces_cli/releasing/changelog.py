"""A piece's `CHANGELOG.md`: a section for each version, the newest first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pieces_framework.versions import Version

CHANGELOG_FILE: Final = "CHANGELOG.md"
_TITLE: Final = "# Changelog"
_HEADING: Final = re.compile(r" {0,3}(?P<level>#{1,6})[ \t]+(?P<text>\S.*?)[ \t]*#*[ \t]*")
_UNDERLINE: Final = re.compile(r" {0,3}(?P<level>=+|-+)[ \t]*")
_FENCE: Final = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})")
_VERSION: Final = re.compile(r"\[?[vV]?(?P<version>[0-9]+\.[0-9]+\.[0-9]+)(?![0-9.])")
_UNRELEASED: Final = re.compile(r"\[?unreleased\b", re.IGNORECASE)
_WORD: Final = re.compile(r"\[unreleased\](?![(])|\bunreleased\b", re.IGNORECASE)
"""What the version takes the place of: a link to an address keeps its brackets."""


@dataclass(frozen=True)
class _Section:
    """A heading of a version, or of what is not released."""

    line: int
    """From 0."""
    body: int
    """The line after the heading."""
    level: str
    """The `#`s of the heading; of an underlined one those that mean the same."""
    version: str
    """Empty for what is not released."""


def with_entry(text: str, version: Version, notes: Sequence[str]) -> str:
    """Return a changelog that has a section for a version; nothing that is written is lost.

    A section `Unreleased` becomes the version's. It keeps what is written in it; the notes go
    there only if it is empty. A changelog that has the version already stays as it is.

    Args:
        text: the changelog; empty if there is none yet.
        version: which version is made.
        notes: what changed, a line each.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    sections = list(_sections(lines))
    if any(section.version == str(version) for section in sections):
        return text
    bullets = "".join(f"- {note}{newline}" for note in notes)
    unreleased = next((section for section in sections if not section.version), None)
    if unreleased:
        return _released(lines, unreleased, sections, str(version), bullets)
    newest = sections[0] if sections else None
    entry = f"{newest.level if newest else '##'} {version}{newline}{newline}{bullets}"
    if newest:
        head, tail = "".join(lines[: newest.line]), "".join(lines[newest.line :])
        return f"{head}{entry}{newline}{tail}"
    before = text if text.strip("\ufeff \t\r\n") else f"{text.strip()}{_TITLE}{newline}"
    ended = "" if before.endswith("\n") else newline
    return f"{before}{ended}{newline}{entry}"


def section_of(text: str, version: Version) -> str:
    """Return the section of a version, heading included; empty if there is none."""
    lines = text.splitlines(keepends=True)
    sections = list(_sections(lines))
    for section, following in zip(sections, [*sections[1:], None], strict=True):
        if section.version == str(version):
            end = following.line if following else len(lines)
            return "".join(lines[section.line : end]).rstrip()
    return ""


def _released(
    lines: Sequence[str],
    unreleased: _Section,
    sections: Sequence[_Section],
    version: str,
    bullets: str,
) -> str:
    newline = "\r\n" if bullets.endswith("\r\n") else "\n"
    end = min((each.line for each in sections if each.line > unreleased.line), default=len(lines))
    body = "".join(lines[unreleased.body : end])
    if not body.strip():
        body = newline + bullets + (newline if end < len(lines) else "")
    heading = _WORD.sub(version, lines[unreleased.line], count=1)
    if not heading.endswith("\n"):
        heading += newline
    below_heading = lines[unreleased.line + 1 : unreleased.body]
    return "".join([*lines[: unreleased.line], heading, *below_heading, body, *lines[end:]])


def _sections(lines: Sequence[str]) -> Iterator[_Section]:
    until = ""
    for number, line in enumerate(lines):
        content = line.rstrip("\r\n").removeprefix("\ufeff")
        if until:
            until = "" if _ends(content, until) else until
        elif found := _FENCE.match(content):
            until = found.group("fence")
        elif content.lstrip().startswith("<!--"):
            until = "" if "-->" in content else "-->"
        else:
            below = lines[number + 1].rstrip("\r\n") if number + 1 < len(lines) else ""
            yield from _section(number, content, below)


def _ends(line: str, until: str) -> bool:
    """Whether a block that ends with a fence of code, or with a comment's end, ends there."""
    return until in line if until == "-->" else line.strip().startswith(until)


def _section(number: int, content: str, below: str) -> Iterator[_Section]:
    if heading := _HEADING.fullmatch(content):
        text, level, body = heading.group("text"), heading.group("level"), number + 1
    elif content.strip() and (underline := _UNDERLINE.fullmatch(below)):
        text, body = content.strip(), number + 2
        level = "#" if underline.group("level")[0] == "=" else "##"
    else:
        return
    if found := _VERSION.match(text):
        yield _Section(number, body, level, found.group("version"))
    elif _UNRELEASED.match(text):
        yield _Section(number, body, level, "")
