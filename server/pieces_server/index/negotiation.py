"""Which form of a page a client wants. Source: PEP 691; RFC 9110, sections 12.4 and 12.5."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import Final


class Form(Enum):
    """A form of the pages, by its `Content-Type`; clients may name it by its alias too."""

    JSON = "application/vnd.pypi.simple.v1+json"
    HTML = "application/vnd.pypi.simple.v1+html"
    LEGACY_HTML = "text/html"


_FORMS: Final = {
    **{form.value: form for form in Form},
    "application/vnd.pypi.simple.latest+json": Form.JSON,
    "application/vnd.pypi.simple.latest+html": Form.HTML,
}
_WILDCARDS: Final = {
    Form.JSON: ("application/*", "*/*"),
    Form.HTML: ("application/*", "*/*"),
    Form.LEGACY_HTML: ("text/*", "*/*"),
}
# Of forms wanted alike, the one that says most; for a wildcard the one that any client can read.
_ORDER_NAMED: Final = (Form.LEGACY_HTML, Form.HTML, Form.JSON)
_ORDER_WILDCARD: Final = (Form.HTML, Form.JSON, Form.LEGACY_HTML)
_ITEM: Final = re.compile(r"\s*([!#$%&'*+.^_`|~\w-]+(?:/[!#$%&'*+.^_`|~\w-]+)?)\s*(;.*)?", re.ASCII)
_WEIGHT: Final = re.compile(r"\s*q\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*", re.IGNORECASE)


@lru_cache(maxsize=256)
def choose_form(accept: str) -> Form | None:
    """Return the form that an `Accept` header wants most, or `None` if it takes none of them.

    A header that is absent, or in which nothing can be understood, takes any form.
    """
    weights = {name: weight for name, weight in _weights(accept).items() if "/" in name}
    if not weights:
        return Form.LEGACY_HTML
    ranked = [(_rank(form, weights), form) for form in Form]
    (weight, *_), best = max(ranked, key=lambda each: each[0])
    return best if weight > 0 else None


def form_named(name: str) -> Form | None:
    """Return the form with that one content type, as the query `format` names it.

    In a query a `+` that is typed as it is stands for a space.
    """
    return _FORMS.get(name.strip().replace(" ", "+").lower())


@lru_cache(maxsize=256)
def takes_gzip(accept_encoding: str) -> bool:
    """Whether an `Accept-Encoding` header takes bodies that are compressed by gzip."""
    weights = _weights(accept_encoding)
    return weights.get("gzip", weights.get("*", 0)) > 0


def _rank(form: Form, weights: Mapping[str, float]) -> tuple[float, bool, int]:
    """Return how much a form is wanted. What is said of it by name goes before any wildcard."""
    named = [weights[name] for name, known in _FORMS.items() if known is form and name in weights]
    if named:
        return max(named), True, _ORDER_NAMED.index(form)
    for wildcard in _WILDCARDS[form]:
        if wildcard in weights:
            return weights[wildcard], False, _ORDER_WILDCARD.index(form)
    return 0, False, 0


def _weights(header: str) -> dict[str, float]:
    """Return each item of a list with its weight; an item that cannot be understood is left out."""
    weights: dict[str, float] = {}
    for item in header.split(","):
        match = _ITEM.fullmatch(item)
        if match is None:
            continue
        parameters = (match[2] or "").split(";")
        given = [each for each in parameters if each.strip().lower().startswith("q")]
        weight = _WEIGHT.fullmatch(given[-1]) if given else None
        if weight or not given:
            weights[match[1].lower()] = float(weight[1]) if weight else 1.0
    return weights
