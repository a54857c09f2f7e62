"""The parameters of a header, as in `text/plain; charset=utf-8`."""

from __future__ import annotations

import re
from typing import Final

_PARAMETER: Final = re.compile(
    r"""(?:^|;)\s*(?P<name>[^\s;="]+)\s*=\s*
    (?:"(?P<quoted>(?:[^"\\]|\\.)*)\\?(?:"|\Z)|(?P<plain>[^;]*))""",
    re.DOTALL | re.VERBOSE,
)
_ESCAPED: Final = re.compile(r'\\(["\\])')


def parameters(text: str) -> dict[str, str]:
    """Return the parameters of a header's value, names in lower case, values without their quotes.

    Of a name that stands twice the first counts, and a quote that is not closed goes to the end, as
    browsers read them. A backslash is one unless it escapes a quote or another: what some senders
    quote is a path of Windows.

    >>> parameters('text/csv; Charset="utf-8"; header=present')
    {'charset': 'utf-8', 'header': 'present'}

    Source: RFC 9110, section 5.6.6.
    """
    found: dict[str, str] = {}
    for each in _PARAMETER.finditer(text):
        found.setdefault(each["name"].lower(), _value(each))
    return found


def _value(found: re.Match[str]) -> str:
    if found["quoted"] is None:
        return found["plain"].strip()
    return _ESCAPED.sub(r"\1", found["quoted"])
