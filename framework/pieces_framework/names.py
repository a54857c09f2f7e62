"""Names of pieces, in the forms in which installers and flows write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

MAX_NAME_CHARACTERS: Final = 214
"""Of the name of a distribution; what scaffolds a piece takes as many."""
# Source: PEP 508, "Names", of a normalised name.
_NORMALIZED: Final = re.compile("[a-z0-9]+(?:-[a-z0-9]+)*")
ENTRY_POINT_GROUP: Final = "pieces"
"""Where a distribution names its piece: `gelato = "piece_gelato:gelato"`."""
OWN_DISTRIBUTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "pieces_framework": "pieces-framework",
        "pieces_common": "pieces-common",
        "pieces_engine": "pieces-engine",
        "pieces_cli": "piecekit",
        "pieces_server": "pieces-server",
    }
)
"""Piecekit's own distributions by the packages they hold; no piece may pass for one of them."""


def normalize_name(name: str) -> str:
    """Return the form in which names of distributions are compared. Source: PEP 503.

    >>> normalize_name("Piece_Google.Drive")
    'piece-google-drive'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def is_distribution_name(text: str) -> bool:
    """Whether a text can be the normalised name of a distribution.

    >>> is_distribution_name("piece-gelato"), is_distribution_name("Piece_Gelato")
    (True, False)
    """
    return len(text) <= MAX_NAME_CHARACTERS and _NORMALIZED.fullmatch(text) is not None


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


def is_called(name: str, *names: str) -> bool:
    """Whether `name`, as a flow or an installer writes it, is one of `names` of a piece.

    >>> is_called("@activepieces/piece-Google_Drive", "google-drive", "piece-google-drive")
    True
    """
    return distribution_name(name) in map(normalize_name, names)


def names_fit(key: str, distribution: str) -> bool:
    """Whether a distribution is named after its piece, which it calls `key`.

    >>> names_fit("google-drive", "piece-google-drive"), names_fit("gelato", "piece-ice")
    (True, False)
    """
    name, key = normalize_name(distribution), normalize_name(key)
    return name == key or name.endswith(f"-{key}")
