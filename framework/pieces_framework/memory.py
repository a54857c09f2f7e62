"""What a host gives a piece, kept in memory: for tests."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypedDict, TypeVar, Unpack

from .errors import PieceError
from .protocols import (
    FlowInfo,
    FlowPage,
    FlowVersion,
    Project,
    Server,
    Step,
    Store,
    StoreScope,
)
from .recording import (
    RecordedListeners,
    RecordedOutput,
    RecordedRun,
    RecordedSchedule,
    RecordedTags,
    Recording,
)
from .run_context import Services
from .storage import (
    MAX_FILE_BYTES,
    check_key,
    decode_value,
    encode_value,
    file_chunks,
    plain_file_name,
)
from .wire import JsonValue, StorableValue, parse_json

if TYPE_CHECKING:
    from .auth import ConnectionValue
    from .context import WebhookPayload
    from .pausing import ExecutionType

T = TypeVar("T")

_PROJECT: Final = Project(id="test-project")
_SERVER: Final = Server(
    api_url="https://instance.example.com/api/",
    public_url="https://instance.example.com/api/",
    token="test-token",  # noqa: S106 -- opens nothing
)
TEST_FLOW: Final = FlowInfo(id="test-flow", version=FlowVersion(id="test-flow-version"))


class CallOptions(TypedDict, total=False):
    """What each call has of its own; see the fields of `Services`."""

    execution_type: ExecutionType
    resume_payload: WebhookPayload | None
    webhook_url: str
    payload: WebhookPayload | None
    is_republish: bool


class MemoryStore:
    """A `Store` in memory with the real store's limits and its JSON round trip."""

    def __init__(self) -> None:
        self._texts: dict[tuple[StoreScope, str], str] = {}

    def values(self, scope: StoreScope = StoreScope.FLOW) -> dict[str, JsonValue]:
        """Return what is kept, by key: a test sees there what a piece has left behind."""
        kept = ((key, text) for (each, key), text in self._texts.items() if each is scope)
        return {key: parse_json(text) for key, text in kept}

    def reopened(self) -> MemoryStore:
        """Return another store of the same values, as the next process would open it."""
        store = MemoryStore()
        store._texts = self._texts
        return store

    async def put(
        self, key: str, value: StorableValue, scope: StoreScope = StoreScope.FLOW
    ) -> None:
        """See `Store.put`."""
        check_key(key)
        self._texts[scope, key] = encode_value(key, value)

    async def get(
        self, key: str, as_type: type[T], scope: StoreScope = StoreScope.FLOW
    ) -> T | None:
        """See `Store.get`."""
        check_key(key)
        return decode_value(key, self._texts.get((scope, key), "null"), as_type)

    async def delete(self, key: str, scope: StoreScope = StoreScope.FLOW) -> None:
        """See `Store.delete`."""
        check_key(key)
        self._texts.pop((scope, key), None)


class MemoryFiles:
    """`Files` in memory.

    Args:
        max_bytes: the largest file it takes.
    """

    def __init__(self, *, max_bytes: int = MAX_FILE_BYTES) -> None:
        self._max_bytes: Final = max_bytes
        self._data: Final[dict[str, bytes]] = {}

    @property
    def urls(self) -> tuple[str, ...]:
        """The URLs given out, the first written first."""
        return tuple(self._data)

    async def write(self, *, file_name: str, data: bytes | AsyncIterable[bytes]) -> str:
        """See `Files.write`."""
        from urllib.parse import quote

        chunks = [chunk async for chunk in file_chunks(file_name, data, max_bytes=self._max_bytes)]
        name = quote(plain_file_name(file_name))
        url = f"memory://files/{len(self._data) + 1}/{name}"
        self._data[url] = b"".join(chunks)
        return url

    def read(self, url: str) -> bytes:
        """Return what was written.

        Raises:
            PieceError: if no file has that URL.
        """
        if url not in self._data:
            known = ", ".join(f"`{each}`" for each in self._data)
            raise PieceError(f"no file was written at `{url}`", hint=known and f"there is {known}")
        return self._data[url]


class MemoryConnections:
    """`Connections` in memory.

    Args:
        values: each connection's credentials by its name, in the form `context.auth` has.
    """

    def __init__(self, values: Mapping[str, ConnectionValue] | None = None) -> None:
        self._values: Final = dict(values or {})

    async def get(self, name: str) -> ConnectionValue | None:
        """See `Connections.get`. What the piece changes in the value stays its own."""
        return deepcopy(self._values.get(name))


class MemoryFlows:
    """`Flows` in memory.

    Args:
        documents: the project's flows; `externalId` is what `list` chooses by.
        current: the flow of the step.
    """

    def __init__(
        self,
        documents: Sequence[Mapping[str, JsonValue]] = (),
        *,
        current: FlowInfo = TEST_FLOW,
    ) -> None:
        self._documents: Final = tuple(documents)
        self._current: Final = current

    @property
    def current(self) -> FlowInfo:
        """See `Flows.current`."""
        return self._current

    async def list(self, external_ids: Sequence[str] | None = None) -> FlowPage:
        """See `Flows.list`."""
        return FlowPage(
            data=[
                document
                for document in self._documents
                if external_ids is None or document.get("externalId") in external_ids
            ]
        )


def _recording() -> Recording:
    return Recording(run=RecordedRun("test-run", public_url=_SERVER.public_url))


@dataclass(frozen=True, kw_only=True)
class MemoryHost:
    """A host that does nothing but remember, for a test to read.

    Each call has its own, as it records; `for_next_call` gives the next one of a story.
    """

    store: Store = field(default_factory=MemoryStore)
    files: MemoryFiles = field(default_factory=MemoryFiles)
    connections: MemoryConnections = field(default_factory=MemoryConnections)
    flows: MemoryFlows = field(default_factory=MemoryFlows)
    project: Project = _PROJECT
    server: Server = _SERVER
    recording: Recording = field(default_factory=_recording)

    @property
    def run(self) -> RecordedRun:
        """What was asked about the run: `host.run.verdict`."""
        return self.recording.run

    @property
    def tags(self) -> RecordedTags:
        """The tags added: `host.tags.names`."""
        return self.recording.tags

    @property
    def output(self) -> RecordedOutput:
        """The outputs shown while the step ran: `host.output.updates`."""
        return self.recording.output

    @property
    def app(self) -> RecordedListeners:
        """The listeners of an app webhook: `host.app.listeners`."""
        return self.recording.app

    @property
    def schedule(self) -> RecordedSchedule:
        """The schedule of a polling trigger: `host.schedule.asked`."""
        return self.recording.schedule

    def for_next_call(self) -> MemoryHost:
        """Return a host with the same store and files, of which nothing was asked yet."""
        return replace(self, recording=_recording())

    def restarted(self) -> MemoryHost:
        """Return the host of the next process: it has what is kept, and no object of this one."""
        store = self.store
        return replace(
            self.for_next_call(),
            store=store.reopened() if isinstance(store, MemoryStore) else store,
        )

    def services(self, step: str = "step_1", **call: Unpack[CallOptions]) -> Services:
        """Return what one call is given, as the engine takes it.

        Args:
            step: the step's name; for a trigger, the trigger's.
            **call: what this call has of its own, such as `webhook_url`.
        """
        return Services(
            store=self.store,
            files=self.files,
            connections=self.connections,
            flows=self.flows,
            project=self.project,
            server=self.server,
            step=Step(name=step),
            **vars(self.recording),  # its fields are called like those of `Services`
            **call,
        )
