"""Gelato: ice-cream flavors."""

from __future__ import annotations

from pieces_framework import create_piece

from .actions.get_icecream_flavor import get_icecream_flavor
from .auth import gelato_auth
from .triggers.new_flavor import new_flavor
from .triggers.new_flavor_created import new_flavor_created

gelato = create_piece(
    display_name="Gelato",
    description="Ice-cream flavors, as they are invented",
    logo_url="https://cdn.activepieces.com/pieces/gelato.png",
    auth=gelato_auth,
    authors=[],
    actions=[get_icecream_flavor],
    triggers=[new_flavor, new_flavor_created],
)
