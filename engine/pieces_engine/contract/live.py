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

from pieces_engine.credentials import AnyPart
from pieces_engine.runner import HookName, run_action, run_hook
from pieces_framework.action import Action
from pieces_framework.context import WebhookPayload
from pieces_framework.errors import AuthorCodeError, PieceError
from pieces_framework.memory import MemoryHost, MemoryStore
from pieces_framework.payload import read_payload
from pieces_framework.trigger import Trigger, TriggerStrategy

from .advice import BAD_SCHEMA, NOT_THE_SERVICE, of_live
from .attempt import described
from .event_payload import read_document
from .examination import live_rule, place_of, schema_of
from .fit import likeness_problem, schema_problem
from .promises import NEEDS_SERVICE
from .verdict import Place, Verdict, broken, kept, not_run

if TYPE_CHECKING:
    from pieces_framework.piece import Piece
    from pieces_framework.wire import JsonValue

    from .guard import Code, Guard
    from .probe import Channel, Message

_NO_REQUEST: Final = (
    "let `on_enable` hand `context.webhook_url` to the service; its fake must call that URL"
)
_NO_ITEM: Final = "let the event bring what `run` returns; one that it passes over shows nothing"
_LIKENESS: Final = "correct `sample_data`: take one item as `run` returns it"


class _BrokenError(Exception):
    """A promise is broken; the text says how.

    Args:
        message: what a verdict says.
        hint: what to do about it.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint: Final = hint


def serve(channel: Channel, piece: Piece[Any], guard: Guard, request: Message) -> None:
    """Look at one action or trigger for each request, of which the first is given."""
    while True:
        part = piece.find(request["part"])
        rule, place = live_rule(part), place_of(part)
        channel.begin(rule, part.name, place)
        if _lacks_event(part, request):
            why = f"{NEEDS_SERVICE}, with an event of `{part.name}` in `events`"
            channel.judge(not_run(rule, why, part=part.name))
        else:
            guard.refused = None
            verdict = _verdict(_Life(channel, piece, request, rule, place), part, guard.code)
            channel.judge(_refusal(guard, verdict, place) or verdict)
        request = channel.take()


def _refusal(guard: Guard, verdict: Verdict, otherwise: Place) -> Verdict | None:
    """The verdict on a part that reached for another machine, whatever it made of the refusal."""
    if guard.refused is None:
        return None
    message, place = guard.refused
    at = place if place.path else otherwise
    return broken(verdict.rule, message, at, part=verdict.part, hint=NOT_THE_SERVICE)


def _lacks_event(part: AnyPart, request: Message) -> bool:
    is_asking = isinstance(part, Action) or part.strategy is TriggerStrategy.POLLING
    return not is_asking and not request["has_event"]


def _verdict(life: _Life, part: AnyPart, code: Code) -> Verdict:
    rule, place = live_rule(part), place_of(part)
    try:
        asyncio.run(life.judge())
    except _BrokenError as error:
        return broken(rule, str(error), place, part=part.name, hint=error.hint)
    except PieceError as error:
        is_made_ours = isinstance(error, AuthorCodeError)
        raised = code.raising((is_made_ours and error.__context__) or error)
        message = error.message if is_made_ours else f"it raised {described(error)}"
        at = raised if raised.path else place
        return broken(rule, message, at, part=part.name, hint=of_live(error, part.name))
    # What ends a process is no error; its text may hold secrets that nobody has masked.
    except BaseException as error:  # noqa: BLE001
        raised = code.raising(error)
        message = f"it raised {type(error).__name__}"
        return broken(rule, message, raised if raised.path else place, part=part.name)
    return kept(rule, part=part.name)


class _Life:
    """One action's run, or one trigger's life, as a request asks for it."""

    def __init__(
        self,
        channel: Channel,
        piece: Piece[Any],  # whatever its auth
        request: Message,
        rule: str,
        place: Place,
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
        self._url = ""

    async def judge(self) -> None:
        """Go through it.

        Raises:
            _BrokenError: if something it gave is not what it promises.
            PieceError: what one of its functions raised.
        """
        part = self._piece.find(self._name)
        if isinstance(part, Action):
            await self._judge_action(part)
        elif part.strategy is TriggerStrategy.POLLING:
            await self._judge_trigger(part)
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
            message = f"it returned what its schema does not say: {problem}"
            raise _BrokenError(message, BAD_SCHEMA)

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
                    raise _BrokenError("after the event `run` returned nothing", _NO_ITEM)
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
            return read_document(given)
        if arrived is None:
            return None
        try:
            # Sooner than the deadline of the step, which would blame the piece's code.
            return arrived.get(timeout=self._deadline_s * 0.8)
        except Empty:
            message = "after the event no request arrived at the trigger's URL"
            raise _BrokenError(message, _NO_REQUEST) from None

    def _look_at(self, trigger: Trigger[Any, Any, Any, Any], hook: str, items: JsonValue) -> None:
        problem, hint = schema_problem(schema_of(trigger), items, hook), BAD_SCHEMA
        if not problem and trigger.sample_data is not None and isinstance(items, list):
            found = (likeness_problem(trigger.sample_data, each, f"{hook}[…]") for each in items)
            problem, hint = next(filter(None, found), ""), _LIKENESS
        if problem:
            raise _BrokenError(f"an item is not what the trigger shows: {problem}", hint)


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
