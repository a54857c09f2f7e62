"""From an entry point to the `Piece` it names.

Run as a program it prints a piece's metadata and translations as JSON, for a host that must not
import the piece into its own process: `python -m pieces_framework.importing FOLDER
piece_gelato:gelato`. What the piece prints while it is imported goes to standard error.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any, Final

from typing_extensions import TypeIs

from .errors import DefinitionError, PieceError
from .piece import Piece
from .project import PROJECT_FILE

_TOOLS: Final = frozenset({"hypothesis", "mypy", "pyright", "pytest", "ruff"})
"""What only those who write pieces have installed."""
_MISTAKES: Final = (ArithmeticError, AttributeError, ImportError, NameError, TypeError)
"""Errors of code that is wrong wherever it runs."""


def import_piece(entry_point: str) -> Piece[Any]:
    """Import the piece that an entry point such as `piece_gelato:gelato` names.

    Raises:
        DefinitionError: if the piece is declared wrongly, its modules raise anything while they
            are imported, imports what is not installed, or the name leads to no piece.
    """
    module_name, _, attribute = entry_point.partition(":")
    module = _import(module_name)
    if not hasattr(module, attribute):
        raise DefinitionError(
            [f"`{module_name}` has no `{attribute}`"],
            hint="correct the entry point in the piece's pyproject.toml",
        )
    piece: object = getattr(module, attribute)
    if not _is_piece(piece):
        raise DefinitionError(
            [f"`{entry_point}` is {type(piece).__name__}, not a piece"],
            hint="let the entry point name what `create_piece` returned",
        )
    return piece


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except PieceError:
        raise
    except ModuleNotFoundError as error:
        raise _missing(name, error) from error
    except SyntaxError as error:
        raise DefinitionError(
            [f"`{error.filename}:{error.lineno}` is not valid Python: {error.msg}"],
            hint="correct the file, then try again",
        ) from error
    # An author's module may raise anything while it is imported.
    except (Exception, SystemExit) as error:
        mistaken = isinstance(error, _MISTAKES)
        raise DefinitionError(
            [f"importing `{name}` raised {type(error).__name__}: {error}{_place(error)}"],
            hint="correct that line" if mistaken else "importing a piece must only declare it",
        ) from error


def _missing(name: str, error: ModuleNotFoundError) -> DefinitionError:
    missing = error.name or ""
    if missing == name:
        return DefinitionError(
            [f"there is no module `{name}`"],
            hint="correct the entry point in the piece's pyproject.toml",
        )
    if missing.partition(".")[0] == name.partition(".")[0]:
        return DefinitionError(
            [f"the piece has no module `{missing}`, which is imported{_place(error)}"],
            hint="correct the import, or write the module",
        )
    return DefinitionError(
        [f"`{missing}` is not installed here, and is imported{_place(error)}"],
        hint=_install_hint(name),
    )


def _install_hint(module: str) -> str:
    """Say how to install what a piece needs, by the interpreter that imports it."""
    from importlib.util import find_spec
    from pathlib import Path
    from shlex import quote

    pip = f"{quote(sys.executable)} -m pip install"
    spec = find_spec(module.partition(".")[0])
    around = Path(spec.origin).parents[:2] if spec and spec.origin else ()
    folder = next((each for each in around if (each / PROJECT_FILE).is_file()), None)
    if folder:
        return (
            f"`{pip} -e {quote(str(folder))}` brings what the piece's pyproject.toml declares;"
            " declare it there first if it is missing"
        )
    return f"`{pip}` the piece again; if it is still missing, the piece does not declare it"


def _place(error: BaseException) -> str:
    """Return the last line outside the import system that ran, as ` (FILE:LINE)`."""
    place = ""
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if not file.startswith("<frozen") and file not in {__file__, importlib.__file__}:
            place = f" ({file}:{trace.tb_lineno})"
        trace = trace.tb_next
    return place


def _is_piece(value: object) -> TypeIs[Piece[Any]]:
    return isinstance(value, Piece)


def main() -> int:
    """Print what a host must know of the piece that the command line names, and our own version."""
    import contextlib
    import importlib.metadata
    import json

    from .i18n import read_translations

    folder, entry_point = sys.argv[1:]
    sys.path.insert(0, folder)
    loaded = set(sys.modules)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            piece = import_piece(entry_point)
            metadata = piece.metadata()
        translations = {} if piece.folder is None else read_translations(piece.folder)
    except PieceError as error:
        sys.stdout.write(json.dumps({"errors": error.messages, "hint": error.hint}))
        return error.exit_code
    framework = importlib.metadata.version("pieces-framework")
    tools = sorted(_TOOLS & (sys.modules.keys() - loaded))
    answer = {
        "metadata": metadata,
        "i18n": translations,
        "framework": framework,
        "tools": tools,
    }
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
