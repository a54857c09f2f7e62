"""Names of distributions, in the forms in which installers and flows write them."""

from __future__ import annotations

import re


def normalize_name(name: str) -> str:
    """Return the form in which names of distributions are compared. Source: PEP 503.

    >>> normalize_name("Piece_Google.Drive")
    'piece-google-drive'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def distribution_name(text: str) -> str:
    """Return the normalised distribution name of a piece named as flows name it, or by itself.

    >>> distribution_name("@activepieces/piece-gelato")
    'piece-gelato'
    >>> distribution_name("@acme/piece-gelato")
    'acme-piece-gelato'
    """
    scope, slash, name = text.removeprefix("@").partition("/")
    if not (text.startswith("@") and slash):
        return normalize_name(text)
    return normalize_name(name if scope == "activepieces" else f"{scope}-{name}")
