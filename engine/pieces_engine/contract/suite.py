"""The suite as pytest sees it: a collector for each piece, an item for each promise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pytest
from typing_extensions import override

from .observation import Observation, Promised
from .promises import NEEDS_SERVICE
from .service import ContractService
from .source import INSTALLED, PROJECT, PieceSource, SourceError, installed_sources, piece_in
from .verdict import Status, Verdict

if TYPE_CHECKING:
    from pieces_framework.context import WebhookPayload

NodeT = TypeVar("NodeT", bound=pytest.Item | pytest.Collector)

FIXTURE: Final = "contract_service"
_OBSERVATIONS: Final = pytest.StashKey[dict[Path, Observation]]()
_NO_OBSERVATIONS: Final[dict[Path, Observation]] = {}


class BrokenPromiseError(Exception):
    """Fails an item: the text of its verdict is all there is to read."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.text())


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
        for file, source in self._sources.items():
            observe(session, file, source)
        start_next(session.config)


def collect_piece(file: Path, parent: pytest.Collector) -> PieceFile | None:
    """Return the collector of a piece's file; `None` unless the piece is asked for."""
    session = parent.session
    known = session.config.stash.get(_OBSERVATIONS, _NO_OBSERVATIONS)
    if file.resolve() in known:
        return _node(PieceFile, parent, path=file)
    if not session.isinitpath(file):
        return None
    source = _source_of(file)
    if source is None:
        return None
    observe(session, file.resolve(), source)
    return _node(PieceFile, parent, path=file)


def _node(kind: type[NodeT], parent: pytest.Collector, **declared: Any) -> NodeT:
    made: Any = kind  # pytest gives `from_parent` no types
    node: NodeT = made.from_parent(parent, **declared)
    return node


def observe(session: pytest.Session, file: Path, source: PieceSource) -> None:
    """Have one piece looked at, once its probes are started; they end with pytest."""
    config = session.config
    observation = Observation(source, deadline_s=config.option.contract_deadline)
    config.stash.setdefault(_OBSERVATIONS, {})[file] = observation
    config.add_cleanup(observation.close)


def start_next(config: pytest.Config) -> None:
    """Start the probes of the first piece that has none yet: two pieces at once are enough."""
    known = config.stash.get(_OBSERVATIONS, _NO_OBSERVATIONS)
    waiting = (each for each in known.values() if not each.is_started)
    if observation := next(waiting, None):
        observation.start()


class PieceFile(pytest.File):
    """The file that names a piece's entry point. A `conftest.py` beside it counts."""

    @override
    def collect(self) -> Iterator[PieceNode]:
        observation = self.config.stash[_OBSERVATIONS][self.path.resolve()]
        observation.start()
        start_next(self.config)
        promised = observation.promised()
        yield PieceNode.made(self, observation.key, observation, promised)


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
        node = _node(cls, parent, name=name)
        node.observation, node.promised = observation, promised
        return node

    @override
    def collect(self) -> Iterator[pytest.Item | PieceNode]:
        is_piece = isinstance(self.parent, PieceFile)
        parts: dict[str, list[Promised]] = {}
        for promised in self.promised:
            if promised.part and is_piece:
                parts.setdefault(promised.part, []).append(promised)
            else:
                judge = _judging(self.observation, promised)
                yield ContractItem.made(self, promised.rule, judge)
        for part, below in parts.items():
            yield PieceNode.made(self, part, self.observation, below)


class ContractItem(pytest.Function):
    """One promise of a piece, or of one of its actions or triggers."""

    @classmethod
    def made(cls, parent: PieceNode, name: str, judge: Any) -> ContractItem:  # a test function
        """Return the item of that name, which is the promise's id."""
        item = _node(cls, parent, name=name, callobj=judge)
        item.add_marker("contract")
        return item

    @override
    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, BrokenPromiseError):
            return str(excinfo.value)
        del style  # `Function` of pytest takes the one of the command line
        return super().repr_failure(excinfo)

    @override
    def reportinfo(self) -> tuple[Path, int | None, str]:
        names = [
            node.name for node in self.listchain() if isinstance(node, PieceNode | ContractItem)
        ]
        return self.path, None, f"contract: {' :: '.join(names)}"


def _judging(observation: Observation, promised: Promised) -> Any:  # what pytest calls
    def judge(request: pytest.FixtureRequest) -> None:
        if promised.needs_service:
            verdict = _live_verdict(observation, promised, request)
        else:
            verdict = observation.verdict(promised)
        if verdict.status is Status.BROKEN:
            raise BrokenPromiseError(verdict)
        if verdict.status is Status.NOT_RUN:
            pytest.skip(verdict.message)

    return judge


def _live_verdict(
    observation: Observation, promised: Promised, request: pytest.FixtureRequest
) -> Verdict:
    service = _service(request)
    event = service.events.get(promised.part)

    def make_event() -> dict[str, object] | None:
        payload = None if event is None else event()
        return None if payload is None else _payload_document(payload)

    document = {
        "part": promised.part,
        "auth": service.auth,
        "props": service.props_for(promised.part),
        "has_event": event is not None,
        "deadline_s": request.config.option.contract_deadline,
    }
    return observation.live_verdict(promised, document, make_event)


def _service(request: pytest.FixtureRequest) -> ContractService:
    try:
        service: object = request.getfixturevalue(FIXTURE)
    except pytest.FixtureLookupError as error:
        if error.argname != FIXTURE:
            raise
        pytest.skip(NEEDS_SERVICE)
    if not isinstance(service, ContractService):
        pytest.fail(
            f"the fixture `{FIXTURE}` gives `{type(service).__name__}`, not a `ContractService`",
            pytrace=False,
        )
    return service


def _payload_document(payload: WebhookPayload) -> dict[str, object]:
    return {
        "body": payload.body,
        "raw_body": payload.raw_body.decode("latin-1"),
        "headers": dict(payload.headers),
        "query_params": dict(payload.query_params),
        "method": payload.method,
    }


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
