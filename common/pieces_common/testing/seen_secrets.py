"""Secrets that were seen under a name that gave them away, to be found wherever else they stand.

There may be thousands, one for each item of a list, so they are looked for in the usual forms only,
and in one walk over the text however many they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, quote_plus

from pieces_framework.secret_forms import base64_parts, utf8

MIN_CHARACTERS: Final = 8
_MIN_LETTERS: Final = 16
"""What only a name says to be secret may be an ordinary word, if it is shorter than this."""


class SeenSecrets:
    """Remembers secrets and takes them out of texts."""

    def __init__(self) -> None:
        self._forms: Final = dict[str, dict[int, set[str]]]()
        """By their first characters, which all tokens of a service may share, and by length."""

    def add(self, secret: str) -> None:
        """Remember `secret`, unless it may be an ordinary word."""
        if len(secret) < (_MIN_LETTERS if secret.isalpha() else MIN_CHARACTERS):
            return
        for form in _forms(secret):
            known = self._forms.setdefault(form[:MIN_CHARACTERS], {})
            known.setdefault(len(form), set()).add(form)

    def replaced(self, text: str, placeholder: str) -> str:
        """Return `text` with `placeholder` where a secret was."""
        if not self._forms:
            return text
        parts: list[str] = []
        end = 0
        for start in range(len(text) - MIN_CHARACTERS + 1):
            if start >= end and (known := self._forms.get(text[start : start + MIN_CHARACTERS])):
                lengths = (each for each in known if text[start : start + each] in known[each])
                if (length := max(lengths, default=0)) > 0:
                    parts += [text[end:start], placeholder]
                    end = start + length
        return "".join([*parts, text[end:]])


def _forms(secret: str) -> Iterator[str]:
    data = utf8(secret)
    yield from (secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])
    yield from (quote(data), quote(data, safe=""), quote_plus(data))
    yield data.decode("latin-1")
    for part in base64_parts(data):
        yield from (part, part.replace("+", "-").replace("/", "_"))
