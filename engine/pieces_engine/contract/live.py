"""Promises about what a piece does against a service that is running."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from pieces_engine.runner import HookName, run_action, run_hook
from pieces_framework.action import Action
from pieces_framework.context import WebhookPayload
from pieces_framework.errors import AuthorCodeError, PieceError
from pieces_framework.memory import MemoryHost, MemoryStore
from pieces_framework.payload import read_payload
from pieces_framework.trigger import Trigger, TriggerStrategy

from .examination import place_of, schema_of
from .fit import likeness_problem, schema_problem
from .promises import NEEDS_SERVICE
from .verdict import Place, broken, kept, not_run

if TYPE_CHECKING:
    from pieces_framework.piece import Piece
    from pieces_framework.wire import JsonValue

    from .guard import Code
    from .probe import Channel, Message

_NO_URL: Final = "https://instance.example.com/api/v1/webhooks/contract"


class _BrokenError(Exception):
    """A promise is broken; the text says how."""


def serve(channel: Channel, piece: Piece[Any], code: Code) -> None:
    """Look at one action or trigger for each request, until there are none."""
    while True:
        request = channel.take()
        part = piece.find(request["part"])
        rule = "run-against-service" if isinstance(part, Action) else "life-against-service"
        place = place_of(part)
        channel.begin(rule, part.name, place)
        try:
            asyncio.run(_Life(channel, piece, request, rule, place).judge())
            verdict = kept(rule, part=part.name)
        except _BrokenError as error:
            verdict = broken(rule, str(error), place, part=part.name)
        except AuthorCodeError as error:
            at = Place(path=error.path, line=error.line) if code.holds(error.path) else place
            verdict = broken(rule, error.message, at, part=part.name)
        except PieceError as error:
            raised = f"{type(error).__name__}: {error}"
            verdict = broken(rule, f"it raised {raised}", place, part=part.name)
        except NotImplementedError:
            verdict = not_run(rule, NEEDS_SERVICE, part=part.name)
        channel.judge(verdict)


class _Life:
    """One action's run, or one trigger's life, as a request asks for it."""

    def __init__(
        self, channel: Channel, piece: Piece[Any], request: Message, rule: str, place: Place
    ) -> None:
        self._channel: Final = channel
        self._piece: Final = piece
        self._name: Final[str] = request["part"]
        self._auth: Final[JsonValue] = request["auth"]
        self._props: Final[Mapping[str, JsonValue]] = request["props"]
        self._has_event: Final[bool] = request["has_event"]
        self._deadline_s: Final[float] = request["deadline_s"]
        self._rule: Final = rule
        self._place: Final = place
        self._store: Final = MemoryStore()
        self._url = _NO_URL

    async def judge(self) -> None:
        """Go through it.

        Raises:
            _BrokenError: if something it gave is not what it promises.
            PieceError: what one of its functions raised.
            NotImplementedError: if nobody says how its event happens.
        """
        part = self._piece.find(self._name)
        if isinstance(part, Action):
            await self._judge_action(part)
        elif part.strategy is TriggerStrategy.POLLING:
            await self._judge_trigger(part)
        elif not self._has_event:
            raise NotImplementedError
        else:
            with _receiver() as (self._url, arrived):
                await self._judge_trigger(part, arrived)

    async def _judge_action(self, action: Action[Any, Any, Any]) -> None:
        output = await run_action(
            self._piece,
            self._name,
            auth=self._auth,
            props=self._props,
            services=MemoryHost(store=self._store).services(),
        )
        if problem := schema_problem(schema_of(action), output, "output"):
            raise _BrokenError(f"it returned what its schema does not say: {problem}")

    async def _judge_trigger(
        self,
        trigger: Trigger[Any, Any, Any, Any],
        arrived: SimpleQueue[WebhookPayload] | None = None,
    ) -> None:
        await self._hook(HookName.ON_ENABLE)
        try:
            self._look_at(trigger, "test", await self._hook(HookName.TEST))
            if arrived is None:
                self._look_at(trigger, "run", await self._hook(HookName.RUN))
            if self._has_event:
                payload = self._event(arrived)
                items = await self._hook(HookName.RUN, payload)
                if not items:
                    raise _BrokenError("after the event `run` returned nothing")
                self._look_at(trigger, "run", items)
        finally:
            await self._hook(HookName.ON_DISABLE)

    async def _hook(self, hook: HookName, payload: WebhookPayload | None = None) -> JsonValue:
        self._channel.begin(self._rule, self._name, self._place)
        services = MemoryHost(store=self._store).services(self._name)
        return await run_hook(
            self._piece,
            self._name,
            hook,
            auth=self._auth,
            props=self._props,
            services=replace(services, webhook_url=self._url, payload=payload),
        )

    def _event(self, arrived: SimpleQueue[WebhookPayload] | None) -> WebhookPayload | None:
        """Have the event made, and return the request that it led to, if any."""
        self._channel.send("event", part=self._name)
        given: Message | None = self._channel.take()["payload"]
        if given is not None:
            return WebhookPayload(**{**given, "raw_body": given["raw_body"].encode("latin-1")})
        if arrived is None:
            return None
        try:
            # Sooner than the deadline of the step, which would blame the piece's code.
            return arrived.get(timeout=self._deadline_s * 0.8)
        except Empty:
            raise _BrokenError("after the event no request arrived at the trigger's URL") from None

    def _look_at(self, trigger: Trigger[Any, Any, Any, Any], hook: str, items: JsonValue) -> None:
        problem = schema_problem(schema_of(trigger), items, hook)
        if not problem and trigger.sample_data is not None and isinstance(items, list):
            found = (likeness_problem(trigger.sample_data, each, f"{hook}[…]") for each in items)
            problem = next(filter(None, found), "")
        if problem:
            raise _BrokenError(f"an item is not what the trigger shows: {problem}")


@contextmanager
def _receiver() -> Generator[tuple[str, SimpleQueue[WebhookPayload]]]:
    """Serve a URL on this machine for a trigger, and give the requests that arrive there."""
    arrived: SimpleQueue[WebhookPayload] = SimpleQueue()

    class Receiver(BaseHTTPRequestHandler):
        def handle_request(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            query = self.path.partition("?")[2]
            arrived.put(
                read_payload(
                    self.rfile.read(length),
                    headers=self.headers.items(),
                    query=query,
                    method=self.command,
                )
            )
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = do_PUT = handle_request  # noqa: N815 -- as the base class looks for them

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/contract", arrived
        server.shutdown()
