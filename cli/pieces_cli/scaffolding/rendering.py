"""Rendering the templates that this distribution carries."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

TEMPLATES: Final = Path(__file__).parent.parent / "templates"


def render_folder(template: str, values: Mapping[str, str], into: str) -> Path:
    """Render a template into a folder and return the one folder it makes there.

    Args:
        template: the template's folder name.
        values: what its `cookiecutter.json` names; a value is text, never itself a template.
        into: where to render.
    """
    # `cookiecutter.main` would ask, read the user's own defaults, and render the values.
    from cookiecutter.generate import (  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]
        generate_context,
        generate_files,
    )

    source = TEMPLATES / template
    context: object = generate_context(
        str(source / "cookiecutter.json"), extra_context=dict(values)
    )
    rendered = Path(
        str(generate_files(source, context=context, output_dir=into, accept_hooks=False))
    )
    # Installers compile what they install, and templates hold modules.
    for compiled in list(rendered.rglob("__pycache__")):
        shutil.rmtree(compiled)
    return rendered


def render_files(template: str, values: Mapping[str, str]) -> dict[Path, str]:
    """Render a template and return the text of its files by relative path."""
    with tempfile.TemporaryDirectory() as folder:
        rendered = render_folder(template, values, folder)
        return {
            path: (rendered / path).read_text(encoding="utf-8") for path in files_below(rendered)
        }


def files_below(folder: Path) -> list[Path]:
    """Return every file below a folder, sorted, relative to it."""
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
