"""Where a text names a value: in a URL, a form, a log, code, XML or an upload.

Bodies are large, so no pattern may look at a character more than a fixed number of times.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final, TypeAlias

from pieces_framework.wire import parse_json

IsSecret: TypeAlias = Callable[[str], bool]
"""Whether the value of a name is secret."""
Hidden: TypeAlias = Callable[[str, str], str]
"""Gives what is to stand in place of a value, from its name and the value as it is written."""

_PAIR: Final = re.compile(r"""(?:^|[?&;,\s"'(])(?P<name>[\w.\-%\[\]]+)=""")
_PAIR_VALUE: Final = re.compile(r"""[^&;,#\s"'<>()]+""")
"""`name=value` in a URL, a form or a log."""
_QUOTED: Final = re.compile(
    r"""(?:(\\{0,7}["'])(?P<quoted>[^"'\\\r\n]{1,100})\1|(?<![\w.\-])(?P<bare>[\w.\-]{1,60}))"""
    r"""\s{0,9}(?:=>|[:=])\s{0,9}(?P<quote>\\{0,7}["'])"""
)
"""`"name": "value"`, `name='value'` and the like, and the same inside a quoted text."""
_LINE: Final = re.compile(
    r"^[ \t]{0,99}(?:-[ \t])?(?P<name>[\w.\-]{1,60})[ \t]{0,9}[:=][ \t]{0,9}", re.MULTILINE
)
_LINE_VALUE: Final = re.compile(r"""[^\s"'|>{\[]\S*(?=[ \t]*\r?$)""", re.MULTILINE)
"""`name: value` on a line of its own; the value is one word, for prose has several."""
_ELEMENT: Final = re.compile(
    r"<(?:[\w.\-]{1,60}:)?(?P<name>[\w.\-]{1,60})(?:\s[^<>]{0,500})?>(?:<!\[CDATA\[)?"
)
_ELEMENT_VALUE: Final = re.compile(r"\s*(?:[^<>\]\s]|\](?!\]>))(?:[^<>\]]|\](?!\]>))*")
"""`<name>value</name>`."""
_URL_VALUE: Final = re.compile(r"""(?<==)[^&;,#\s"'<>()?=]*%[^&;,#\s"'<>()?=]*""")
_DELIMITER: Final = re.compile(r"^(--[^\r\n]{1,100})\r?\n[\w\-]{1,60}:", re.MULTILINE)
_END_OF_HEADERS: Final = re.compile(r"\r?\n\r?\n")
_FIELD_NAME: Final = re.compile(
    r"""[;\s]name\s{0,9}=\s{0,9}"?(?P<name>[^";\r\n]*)""", re.IGNORECASE
)


def with_pairs(text: str, is_secret: IsSecret, hidden: Hidden) -> str:
    """Hide the secret values of `name=value` in `text`, names and values without quotes."""
    return _replaced(text, _PAIR, lambda _: _PAIR_VALUE, is_secret, hidden)


def with_values(text: str, is_secret: IsSecret, hidden: Hidden) -> str:
    """Hide the secret values in `text` that are named in another form."""
    text = _replaced(text, _QUOTED, lambda found: _until(found["quote"]), is_secret, hidden)
    text = _replaced(text, _LINE, lambda _: _LINE_VALUE, is_secret, hidden)
    return _replaced(text, _ELEMENT, lambda _: _ELEMENT_VALUE, is_secret, hidden)


def with_url_values(text: str, new: Callable[[str], str]) -> str:
    """Return `text` with `new` values of each `name=value` whose value is quoted for a URL."""
    return _URL_VALUE.sub(lambda found: new(found[0]), text)


def with_fields(text: str, new: Hidden) -> str:
    """Return a body of `multipart/form-data` with `new` values; other text as it is."""
    delimiter = _DELIMITER.search(text)
    if delimiter is None:
        return text
    parts = text.split(delimiter[1])
    return delimiter[1].join([parts[0], *(_field(part, new) for part in parts[1:])])


def readings(value: str) -> Iterator[str]:
    """Yield what a value may be that is quoted in an unknown way."""
    yield value
    yield html.unescape(value)
    try:
        unescaped = parse_json(f'"{value}"')
    except ValueError:
        return
    yield str(unescaped)


def _replaced(
    text: str,
    head: re.Pattern[str],
    value_of: Callable[[re.Match[str]], re.Pattern[str]],
    is_secret: IsSecret,
    hidden: Hidden,
) -> str:
    """Hide what follows a `head` with a secret name; only there a value is read to its end."""
    parts: list[str] = []
    kept = at = 0
    while (found := head.search(text, at)) is not None:
        groups = found.groupdict()
        name = groups.get("name") or groups.get("quoted") or groups.get("bare") or ""
        at = found.end()
        value = value_of(found).match(text, at) if is_secret(name) else None
        if value is not None:
            parts += [text[kept:at], hidden(name, value[0])]
            kept = at = value.end()
    return "".join([*parts, text[kept:]])


@lru_cache
def _until(quote: str) -> re.Pattern[str]:
    """Return the pattern of a value up to its closing `quote`, which has backslashes in a quote."""
    if len(quote) == 1:
        return re.compile(rf"(?:[^{quote}\\]|\\.)*", re.DOTALL)
    return re.compile(rf"(?:[^{quote[-1]}\\]|(?!{re.escape(quote)})\\+.?)*", re.DOTALL)


def _field(part: str, new: Hidden) -> str:
    blank = _END_OF_HEADERS.search(part)
    name = _FIELD_NAME.search(part, 0, blank.start()) if blank is not None else None
    if blank is None or name is None:
        return part
    value = part[blank.end() :]
    end = "\r\n" if value.endswith("\r\n") else "\n" if value.endswith("\n") else ""
    return part[: blank.end()] + new(name["name"].strip(), value.removesuffix(end)) + end
