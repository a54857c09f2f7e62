"""The observations of one run of pytest: which pieces, and whose probes work at the moment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from .observation import Observation

if TYPE_CHECKING:
    from .source import PieceSource


class Observations:
    """Every piece that is looked at, by the file that names it."""

    def __init__(self, config: pytest.Config) -> None:
        self._config: Final = config
        self._by_file: Final[dict[Path, Observation]] = {}

    def __contains__(self, file: Path) -> bool:
        return file.resolve() in self._by_file

    def __getitem__(self, file: Path) -> Observation:
        return self._by_file[file.resolve()]

    def add(self, source: PieceSource) -> None:
        """Have one piece looked at, once its probes are started; they end with pytest."""
        observation = Observation(source, deadline_s=self._config.option.contract_deadline)
        self._by_file[source.file.resolve()] = observation
        self._config.add_cleanup(observation.close)

    def begin(self) -> None:
        """Start the probes of the first piece, so that they work while pytest collects."""
        for observation in [*self._by_file.values()][:1]:
            observation.start()
            if not self._config.option.collectonly:
                observation.start_serving()

    def start(self, observation: Observation) -> None:
        """Have a piece examined, and the next one too: two at once are enough."""
        observation.start()
        waiting = (each for each in self._by_file.values() if not each.is_started)
        if following := next(waiting, None):
            following.start()

    def start_serving(self, observation: Observation) -> None:
        """Start what waits for the service of a piece; that of the next one too."""
        known = list(self._by_file.values())
        at = known.index(observation)
        for each in known[at : at + 2]:
            each.start_serving()


_KEY: Final = pytest.StashKey[Observations]()


def observations_of(config: pytest.Config) -> Observations:
    """Return those of this run."""
    return config.stash.setdefault(_KEY, Observations(config))
