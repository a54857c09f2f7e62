"""Which pieces a run of pytest looks at: by options, by settings, or by their own paths."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

from .nodes import PieceFile, node
from .observations import observations_of
from .reporting import Reporting
from .source import INSTALLED, PROJECT, PieceSource, SourceError, installed_sources, piece_in

_REPORTING: Final = "pieces-contract-reporting"


class Suite:
    """Chooses the pieces of this run of pytest, and ends what was started for them.

    Raises:
        pytest.UsageError: if a folder named by `--piece` holds no piece.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config: Final = config
        named = list(_named_sources(config))
        is_alone = bool(named) and config.args_source is pytest.Config.ArgsSource.INVOCATION_DIR
        sources = {source.file.resolve(): source for source in (*named, *_ini_sources(config))}
        self._sources: Final = sources
        config.args = [*([] if is_alone else config.args), *map(str, sources)]

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Start the probes of the first piece, so that they work while pytest collects."""
        for source in self._sources.values():
            _observe(session.config, source)
        observations_of(session.config).begin()


def collect_piece(file: Path, parent: pytest.Collector) -> PieceFile | None:
    """Return the collector of a piece's file; `None` unless the piece is asked for."""
    config = parent.session.config
    if file not in observations_of(config):
        source = _source_of(file) if parent.session.isinitpath(file) else None
        if source is None:
            return None
        _observe(config, source)
    return node(PieceFile, parent, path=file)


def _observe(config: pytest.Config, source: PieceSource) -> None:
    observations_of(config).add(source)
    if not config.pluginmanager.hasplugin(_REPORTING):
        config.pluginmanager.register(Reporting(), _REPORTING)


def _named_sources(config: pytest.Config) -> Iterator[PieceSource]:
    for path in config.option.contract_piece:
        try:
            yield piece_in(config.invocation_params.dir / path)
        except SourceError as error:
            raise pytest.UsageError(f"--piece {path}: {error}; {error.hint}") from None
    if config.option.contract_installed:
        yield from installed_sources()


def _ini_sources(config: pytest.Config) -> Iterator[PieceSource]:
    if config.args_source is pytest.Config.ArgsSource.ARGS or config.inipath is None:
        return
    for pattern in config.getini("contract_pieces"):
        for folder in sorted(_folders(config.inipath.parent, pattern)):
            with suppress(SourceError):
                yield piece_in(folder)


def _folders(top: Path, pattern: str) -> Iterator[Path]:
    # `Path.glob` of 3.11 takes no `.`, and none that begins with `/`.
    yield from [top] if pattern in {"", "."} else top.glob(pattern)


def _source_of(file: Path) -> PieceSource | None:
    if file.name == PROJECT:
        with suppress(SourceError):
            return piece_in(file.parent)
    if file.name == INSTALLED:
        return next((each for each in installed_sources() if each.file == file), None)
    return None
