"""The suite as pytest sees it: a collector for each piece, an item for each promise."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from typing_extensions import override

from .live_request import FIXTURE, FixtureError, event_document, request_document
from .observation import Observation, Promised
from .observations import observations_of
from .promises import NEEDS_SERVICE
from .service import ContractService
from .verdict import Status, Verdict

NodeT = TypeVar("NodeT", bound=pytest.Item | pytest.Collector)


class BrokenPromiseError(Exception):
    """Fails an item: its text is all there is to read."""


def node(kind: type[NodeT], parent: pytest.Collector, **declared: Any) -> NodeT:  # as each takes
    """Return a node of pytest below `parent`."""
    made: Any = kind  # pytest gives `from_parent` no types
    found: NodeT = made.from_parent(parent, **declared)
    return found


class PieceFile(pytest.File):
    """The file that names a piece's entry point. A `conftest.py` beside it counts."""

    @override
    def collect(self) -> Iterator[PieceNode]:
        observations = observations_of(self.config)
        observation = observations[self.path]
        observations.start(observation)
        yield PieceNode.made(self, observation.key, observation, observation.promised())

    @override
    def setup(self) -> None:
        observations = observations_of(self.config)
        observations.start_serving(observations[self.path])

    @override
    def teardown(self) -> None:
        observations_of(self.config)[self.path].stop_serving()


class PieceNode(pytest.Collector):
    """A piece, or below it one of its actions or triggers."""

    observation: Observation
    promised: list[Promised]

    @classmethod
    def made(
        cls,
        parent: pytest.Collector,
        name: str,
        observation: Observation,
        promised: list[Promised],
    ) -> PieceNode:
        """Return the node of that name, which is a key or that of a part."""
        made = node(cls, parent, name=name)
        made.observation, made.promised = observation, promised
        return made

    @override
    def collect(self) -> Iterator[pytest.Item | PieceNode]:
        is_piece = isinstance(self.parent, PieceFile)
        parts: dict[str, list[Promised]] = {}
        for promised in self.promised:
            if promised.part and is_piece:
                parts.setdefault(promised.part, []).append(promised)
            else:
                yield ContractItem.made(self, promised)
        for part, below in parts.items():
            yield PieceNode.made(self, part, self.observation, below)


class ContractItem(pytest.Function):
    """One promise of a piece, or of one of its actions or triggers."""

    promised: Promised
    lacks_fixture = False
    """Whether it was skipped because there is no `contract_service`."""

    @classmethod
    def made(cls, parent: PieceNode, promised: Promised) -> ContractItem:
        """Return the item of a promise, whose id is its name."""

        def judge(request: pytest.FixtureRequest) -> None:
            item.judge(parent.observation, request)

        item = node(cls, parent, name=promised.rule, callobj=judge)
        item.promised = promised
        item.add_marker("contract")
        return item

    @property
    def names(self) -> list[str]:
        """The piece, the action or trigger if any, and the promise."""
        nodes = self.listchain()
        return [each.name for each in nodes if isinstance(each, PieceNode | ContractItem)]

    def judge(self, observation: Observation, request: pytest.FixtureRequest) -> None:
        """Find out whether the promise is kept.

        Raises:
            BrokenPromiseError: if it is not.
        """
        if self.promised.needs_service:
            verdict = self._live_verdict(observation, self._service(request))
        else:
            verdict = observation.verdict(self.promised)
        if verdict.status is Status.BROKEN:
            raise BrokenPromiseError(self._shortened(verdict.text()))
        if verdict.status is Status.NOT_RUN:
            pytest.skip(verdict.message)

    def _live_verdict(self, observation: Observation, service: ContractService) -> Verdict:
        part = self.promised.part
        try:
            document = request_document(service, part, observation.parts)
            return observation.live_verdict(
                self.promised, document, lambda: event_document(service, part)
            )
        except FixtureError as error:
            raise BrokenPromiseError(self._shortened(str(error))) from None

    def _shortened(self, text: str) -> str:
        """Name files as seen from where pytest was started."""
        return text.replace(f"{self.config.invocation_params.dir}{os.sep}", "")

    def _service(self, request: pytest.FixtureRequest) -> ContractService:
        try:
            service: object = request.getfixturevalue(FIXTURE)
        except pytest.FixtureLookupError as error:
            if error.argname != FIXTURE:
                raise
            self.lacks_fixture = True
            pytest.skip(NEEDS_SERVICE)
        if not isinstance(service, ContractService):
            kind = type(service).__name__
            raise BrokenPromiseError(f"`{FIXTURE}` gives `{kind}`, not a `ContractService`")
        return service

    @override
    def repr_failure(
        self,
        excinfo: pytest.ExceptionInfo[BaseException],
        style: Any = None,  # as the base class has it
    ) -> Any:
        if isinstance(excinfo.value, BrokenPromiseError):
            return str(excinfo.value)
        del style  # `Function` of pytest takes the one of the command line
        return super().repr_failure(excinfo)

    @override
    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, f"contract: {' :: '.join(self.names)}"
