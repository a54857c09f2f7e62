"""The pytest plugin of the contract suite. Whatever it needs is imported once it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from .nodes import PieceFile

_FILES: Final = frozenset({"pyproject.toml", "entry_points.txt"})
"""The files that name a piece: in its folder, and where it is installed."""

_SUITE: Final = "pieces-contract-suite"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the suite."""
    group = parser.getgroup("pieces", "the contract suite of pieces")
    group.addoption(
        "--piece",
        action="append",
        default=[],
        metavar="PATH",
        dest="contract_piece",
        help="run the contract suite over the piece in this folder; may be given several times",
    )
    group.addoption(
        "--installed-pieces",
        action="store_true",
        dest="contract_installed",
        help="run the contract suite over every installed piece",
    )
    group.addoption(
        "--contract-deadline",
        type=float,
        default=5.0,
        metavar="SECONDS",
        dest="contract_deadline",
        help="how long each call of a piece's code may take in the contract suite (default: 5)",
    )
    parser.addini(
        "contract_pieces",
        "folders of pieces, or globs of them, that the contract suite runs over by itself",
        type="linelist",
        default=[],
    )


def pytest_configure(config: pytest.Config) -> None:
    """Add what is asked for to what pytest collects."""
    config.addinivalue_line(
        "markers", "contract: a promise that the contract suite of pieces looks at"
    )
    asked = config.getoption("contract_piece") or config.getoption("contract_installed")
    if asked or config.getini("contract_pieces"):
        from .suite import Suite

        config.pluginmanager.register(Suite(config), _SUITE)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> PieceFile | None:
    """Collect the file of a piece, if it is asked for: by an option, or by its own path."""
    is_asked = parent.config.pluginmanager.hasplugin(_SUITE) or parent.session.isinitpath(file_path)
    if file_path.name not in _FILES or not is_asked:
        return None
    from .suite import collect_piece

    return collect_piece(file_path, parent)
