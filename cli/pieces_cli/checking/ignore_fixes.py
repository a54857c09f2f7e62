"""Corrections of ignores: the comments that silence a finding."""

from __future__ import annotations

import io
import re
import tokenize
import tomllib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pieces_framework.checks import Finding

    from .source_tree import Files

_UNUSED: Final = re.compile(r"no rule '(.*)' to ignore|no finding of `([^`]*)` here")
_IGNORE: Final = re.compile(r"#[ ]?pieces:[ ]?ignore\[([^\]\n]*)\]")
_REASON: Final = re.compile(r"^\s*--[^#]*")


def unused_ignore(files: Files, finding: Finding) -> Files:
    """Take the rule out of the comment on its line; a comment that names no other one goes.

    Only in Python and TOML: in Markdown it may be an example.
    """
    named = _UNUSED.search(finding.message)
    is_toml = finding.path.endswith(".toml")
    if named is None or finding.line is None or not (is_toml or finding.path.endswith(".py")):
        return files
    try:
        text = files[finding.path].decode()
    except UnicodeDecodeError:
        return files
    # In Python a line ends at a line feed only, and not at the others that `splitlines` knows.
    lines = text.splitlines(keepends=True) if is_toml else io.StringIO(text).readlines()
    line = lines[finding.line - 1]
    start = _toml_comment(line) if is_toml else _python_comment(text, finding.line)
    if start is None:
        return files
    rule = named.group(1) or named.group(2)
    lines[finding.line - 1] = _without(line, start, rule)
    changed = "".join(lines)
    if is_toml and not _is_same(text, changed):
        return files
    return {**files, finding.path: changed.encode()}


def _without(line: str, start: int, rule: str) -> str:
    """Return a line whose comment, from `start` on, does not name the rule."""
    code, comment = line[:start], line[start:]
    body = comment.rstrip("\r\n")
    end = comment[len(body) :]
    for found in _IGNORE.finditer(body):
        rules = [each.strip() for each in found.group(1).split(",")]
        if rule not in rules:
            continue
        kept = [each for each in rules if each != rule]
        if kept:
            at, to = found.span(1)
            return f"{code}{body[:at]}{', '.join(kept)}{body[to:]}{end}"
        behind = _REASON.sub("", body[found.end() :], count=1).lstrip()
        mark = "" if not behind or behind.startswith("#") else "# "
        left = f"{code}{body[: found.start()]}{mark}{behind}".rstrip()
        return f"{left}{end}" if left else ""
    return line


def _python_comment(text: str, line: int) -> int | None:
    """Return the column at which the comment of a line begins."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and token.start[0] == line:
                return token.start[1]
    except (tokenize.TokenError, SyntaxError):
        return None
    return None


def _toml_comment(line: str) -> int | None:
    found = _IGNORE.search(line)
    return found.start() if found else None


def _is_same(text: str, changed: str) -> bool:
    """Whether two texts of TOML say the same, so that what was changed is a comment."""
    try:
        return tomllib.loads(text) == tomllib.loads(changed)
    except ValueError:
        return False
