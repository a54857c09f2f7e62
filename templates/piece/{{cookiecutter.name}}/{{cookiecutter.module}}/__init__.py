"""The piece `{{ cookiecutter.name }}`: what flows can do with it, and what they can notice."""

from __future__ import annotations

from pieces_framework import create_piece

{{ cookiecutter.object }} = create_piece(
    display_name={{ cookiecutter.display_name_literal }},
    description={{ cookiecutter.description_literal }},
    logo_url="https://cdn.activepieces.com/pieces/{{ cookiecutter.name }}.png",
    auth=None,
    authors=[],
    actions=[],
    triggers=[],
)
