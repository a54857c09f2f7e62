"""A piece's `CHANGELOG.md`: a section for each version, the newest first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pieces_framework.versions import Version

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CHANGELOG_FILE: Final = "CHANGELOG.md"
_TITLE: Final = "# Changelog"
_HEADING: Final = re.compile(r" {0,3}(?P<level>#{1,6})[ \t]+(?P<text>\S.*?)[ \t]*#*[ \t]*")
_UNDERLINE: Final = re.compile(r" {0,3}(?P<level>=+|-+)[ \t]*")
_FENCE: Final = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})")
_NUMBER: Final = r"[0-9]+\.[0-9]+\.[0-9]+"
_VERSION: Final = re.compile(
    rf"(?:(?:version|release)[ \t]+)?\[?v?(?P<version>{_NUMBER})(?![0-9.])", re.IGNORECASE
)
_TO_COME: Final = (
    rf"\[?v?{_NUMBER}(?:-[a-z][\w.]*\]?|\]?[ \t]*[-\u2013\u2014:(]*[ \t]*\bunreleased\)?)"
)
_UNRELEASED: Final = re.compile(
    rf"(?:(?:version|release)[ \t]+)?{_TO_COME}|\[?unreleased\b", re.IGNORECASE
)
_WORD: Final = re.compile(rf"{_TO_COME}|\[unreleased\](?![(])|\bunreleased\b", re.IGNORECASE)
"""What the version takes the place of: a link to an address keeps its brackets."""
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
"""A line as Markdown has it: Python's `splitlines` ends some at other characters too."""


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


def with_entry(
    text: str, version: Version, notes: Sequence[str], *, published: Version | None = None
) -> str:
    """Return a changelog that has a section for a version; nothing that is written is lost.

    A section `Unreleased` becomes the version's. It keeps what is written in it; the notes go
    there only if it is empty. So does a section of a version that never came out, and gets the
    notes that it lacks. A changelog that has the version already stays as it is.

    Args:
        text: the changelog; empty if there is none yet.
        version: which version is made.
        notes: what changed, a line each.
        published: the last version that came out; `None` if each in the changelog did.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = _LINE.findall(text)
    sections = list(_sections(lines))
    if any(section.version == str(version) for section in sections):
        return text
    bullets = [f"- {note}{newline}" for note in notes]
    never_out = next((each for each in sections if _is_later(each, published)), None)
    unreleased = next((section for section in sections if not section.version), None)
    if never_out and unreleased and unreleased.line < never_out.line:
        _drop_heading(lines, never_out)
        return with_entry("".join(lines), version, notes)
    if never_out:
        return _renamed(lines, never_out, sections, str(version), bullets)
    if unreleased:
        return _released(lines, unreleased, sections, str(version), "".join(bullets))
    newest = sections[0] if sections else None
    entry = f"{newest.level if newest else '##'} {version}{newline}"
    entry += "".join([newline, *bullets]) if bullets else ""
    if newest:
        head, tail = "".join(lines[: newest.line]), "".join(lines[newest.line :])
        return f"{head}{entry}{newline}{tail}"
    before = text if text.strip("\ufeff \t\r\n") else f"{text.strip()}{_TITLE}{newline}"
    ended = "" if before.endswith("\n") else newline
    return f"{before}{ended}{newline}{entry}"


def section_of(text: str, version: Version) -> str:
    """Return the section of a version, heading included; empty if there is none."""
    lines = _LINE.findall(text)
    sections = list(_sections(lines))
    for section, following in zip(sections, [*sections[1:], None], strict=True):
        if section.version == str(version):
            end = following.line if following else len(lines)
            return "".join(lines[section.line : end]).rstrip()
    return ""


def _is_later(section: _Section, published: Version | None) -> bool:
    if published is None or not section.version:
        return False
    return Version.parse(section.version) > published


def _drop_heading(lines: list[str], section: _Section) -> None:
    """Let what stands in a section belong to the one before."""
    del lines[section.line : section.body]
    while len(lines) > section.line and not lines[section.line].strip():
        del lines[section.line]


def _renamed(
    lines: Sequence[str],
    section: _Section,
    sections: Sequence[_Section],
    version: str,
    bullets: Sequence[str],
) -> str:
    end = _end_of(section, sections, len(lines))
    heading = lines[section.line].replace(section.version, version, 1)
    body = [*lines[section.line + 1 : end]]
    written = {line.strip() for line in body}
    added = [bullet for bullet in bullets if bullet.strip() not in written]
    last = max((number for number, line in enumerate(body, 1) if line.strip()), default=len(body))
    if added and last and not body[last - 1].endswith("\n"):
        body[last - 1] += "\r\n" if added[0].endswith("\r\n") else "\n"
    return "".join(
        [*lines[: section.line], heading, *body[:last], *added, *body[last:], *lines[end:]]
    )


def _released(
    lines: Sequence[str],
    unreleased: _Section,
    sections: Sequence[_Section],
    version: str,
    bullets: str,
) -> str:
    newline = "\r\n" if bullets.endswith("\r\n") else "\n"
    end = _end_of(unreleased, sections, len(lines))
    body = "".join(lines[unreleased.body : end])
    if not body.strip():
        body = newline + bullets + (newline if end < len(lines) else "")
    heading = _WORD.sub(version, lines[unreleased.line], count=1)
    if not heading.endswith("\n"):
        heading += newline
    below_heading = lines[unreleased.line + 1 : unreleased.body]
    return "".join([*lines[: unreleased.line], heading, *below_heading, body, *lines[end:]])


def _end_of(section: _Section, sections: Sequence[_Section], last: int) -> int:
    return min((each.line for each in sections if each.line > section.line), default=last)


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
    if _UNRELEASED.match(text):
        yield _Section(number, body, level, "")
    elif found := _VERSION.match(text):
        yield _Section(number, body, level, found.group("version"))
