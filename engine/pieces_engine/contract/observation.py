"""What is found out about one piece: probes are started, watched, and replaced when lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .child import Child, LostError
from .promises import IMPORT_RULES, PIECE_PROMISES
from .verdict import Place, Verdict, broken, kept, waits_for

if TYPE_CHECKING:
    from pieces_framework.wire import JsonValue

    from .probe import Job, Message
    from .source import PieceSource

STABLE: Final = "metadata-is-stable"
_SHOWN: Final = 60
"""How many characters of a value a message shows."""


@dataclass(frozen=True, kw_only=True)
class Promised:
    """A promise of the piece, or of a part of it."""

    rule: str
    part: str = ""
    needs_service: bool = False


class Observation:
    """The suite's run over one piece. Two probes work at once while pytest goes on.

    Args:
        source: the piece.
        deadline_s: seconds for each call of its code.
    """

    def __init__(self, source: PieceSource, *, deadline_s: float) -> None:
        self.key: Final = source.key
        """The piece's entry-point key."""
        self._source: Final = source
        self._deadline_s: Final = deadline_s
        self._verdicts: Final[dict[tuple[str, str], Verdict]] = {}
        self._plan: list[Message] | None = None
        self._live: list[Message] = []
        self._finished = 0
        self._is_done = False
        self._metadata: str | None = None
        folder = source.folder
        self._stays = folder is not None and (folder / "conftest.py").is_file()
        self._examiner_or_none: Child | None = None
        self._server: Child | None = None
        self._second: str | None = None

    @property
    def is_started(self) -> bool:
        """Whether its probes have been started."""
        return self._examiner_or_none is not None

    def start(self) -> None:
        """Start both probes, unless they have been."""
        if self._examiner_or_none is None:
            self._examiner_or_none = self._start("examine")
            # It stays for what needs a service where a `conftest.py` may bring one.
            self._server = self._start("serve" if self._stays else "import")

    def promised(self) -> list[Promised]:
        """Return what the piece promises; waits until it is imported."""
        while self._plan is None and not self._is_done:
            self._pump()
        found = [Promised(rule=rule) for rule in PIECE_PROMISES if self._is_looked_at(rule)]
        parts = [(rule, each["part"]) for each in self._plan or () for rule in each["rules"]]
        # First what has a service to wait for: meanwhile the other probe goes on.
        found += [
            Promised(rule=rule, part=each["part"], needs_service=True)
            for each in self._live
            for rule in each["rules"]
        ]
        found += [
            Promised(rule=rule, part=part)
            for rule, part in parts
            if part or rule not in PIECE_PROMISES
        ]
        return found

    def verdict(self, promised: Promised) -> Verdict:
        """Return what was found out; waits for it."""
        if promised.rule == STABLE:
            return self._stability()
        wanted = (promised.rule, promised.part)
        while wanted not in self._verdicts and not self._is_done:
            self._pump()
        return self._verdicts.get(wanted) or waits_for(
            promised.rule, self._broken_import(), part=promised.part
        )

    def live_verdict(
        self, promised: Promised, request: Message, event: Callable[[], Message | None]
    ) -> Verdict:
        """Have one action or trigger looked at with a service.

        Args:
            promised: the promise.
            request: what `live.serve` takes.
            event: makes the trigger's event happen; returns the payload as JSON, if it has one.
        """
        server = self._serving()
        if server is None:
            return waits_for(promised.rule, "imports", part=promised.part)
        server.send({"kind": "live", **request})
        try:
            while True:
                message = server.receive()
                if message["kind"] == "verdict":
                    return Verdict.of(message["verdict"])
                if message["kind"] == "event":
                    server.send({"kind": "payload", "payload": event()})
        except LostError as lost:
            self._drop_server()
            return _lost(server.begun, lost)
        except BaseException:
            self._drop_server()  # it still waits for the event that failed
            raise

    def close(self) -> None:
        """End the probes."""
        if self._examiner_or_none is not None:
            self._examiner_or_none.close()
        self._drop_server()

    @property
    def _examiner(self) -> Child:
        self.start()
        assert self._examiner_or_none is not None  # noqa: S101 -- for the type checkers
        return self._examiner_or_none

    def _is_looked_at(self, rule: str) -> bool:
        """Whether a promise of the piece is one that this piece has something to show for."""
        planned = {rule for each in self._plan or () if not each["part"] for rule in each["rules"]}
        return self._plan is None or rule in {"imports", STABLE, *IMPORT_RULES} | planned

    def _start(self, role: str) -> Child:
        source = self._source
        job: Job = {
            "role": role,
            "folder": str(source.folder or ""),
            "entry_point": source.entry_point,
            "key": source.key,
            "distribution": source.distribution,
            "version": source.version,
            "place": str(source.file),
            "line": source.line,
            "skip": self._finished,
        }
        return Child(job, deadline_s=self._deadline_s, hash_seed=1 if role == "examine" else 2)

    def _pump(self) -> None:
        """Take one message of the examining probe; a lost one is replaced."""
        try:
            message = self._examiner.receive()
        except LostError as lost:
            self._replace(lost)
            return
        match message["kind"]:
            case "verdict":
                self._keep(Verdict.of(message["verdict"]))
            case "imported":
                self._metadata = message["metadata"] if self._metadata is None else self._metadata
                self._is_done = not message["metadata"]
            case "plan":
                self._plan, self._live = message["examinations"], message["live"]
            case "next":
                self._finished += 1
            case "done":
                self._is_done = True
            case _:
                pass

    def _keep(self, verdict: Verdict) -> None:
        """Note a verdict; of two about one promise the first stays."""
        self._verdicts.setdefault((verdict.rule, verdict.part), verdict)

    def _replace(self, lost: LostError) -> None:
        begun = self._examiner.begun
        self._examiner.close()
        self._verdicts[begun["rule"], begun["part"]] = _lost(begun, lost)
        if begun["rule"] == "imports" or self._plan is None:
            self._is_done = True
            return
        for rule in self._plan[self._finished]["rules"]:
            self._keep(waits_for(rule, begun["rule"], part=begun["part"]))
        self._finished += 1
        self._examiner_or_none = self._start("examine")

    def _broken_import(self) -> str:
        verdicts = (self._verdicts.get((rule, "")) for rule in ("imports", *IMPORT_RULES))
        found = (each.rule for each in verdicts if each and each.status == "broken")
        return next(found, "imports")

    def _stability(self) -> Verdict:
        while self._metadata is None and not self._is_done:
            self._pump()
        first, second = self._metadata, self._second_metadata()
        if not first:
            return waits_for(STABLE, self._broken_import())
        place = Place(path=str(self._source.file), line=self._source.line)
        if not second:
            return broken(STABLE, "another process could not import the piece", place)
        if first == second:
            return kept(STABLE)
        return broken(STABLE, _difference(first, second), place)

    def _second_metadata(self) -> str:
        """Return the metadata as the other process sees it; empty if it cannot."""
        if self._second is None:
            self._second = "" if self._server is None else self._imported(self._server)
        return self._second

    def _imported(self, server: Child) -> str:
        try:
            while (message := server.receive())["kind"] != "imported":
                pass
        except LostError:
            self._drop_server()
            return ""
        if not self._stays:
            self._drop_server()
        metadata: str = message["metadata"]
        return metadata

    def _serving(self) -> Child | None:
        """Return the probe that serves, once it has imported the piece; `None` if it cannot."""
        if self._server is not None and self._stays:
            return self._server if self._second_metadata() else None
        self._second_metadata()
        self._drop_server()
        server = self._start("serve")
        self._server, self._stays = server, True
        return server if self._imported(server) else None

    def _drop_server(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


def _lost(begun: Message, lost: LostError) -> Verdict:
    place = lost.place if lost.place.path else Place(path=begun["path"], line=begun["line"])
    what = f"`{begun['part']}`" if begun["part"] else "the piece"
    return broken(begun["rule"], f"{what} {lost.how}", place, part=begun["part"])


def _difference(first: str, second: str) -> str:
    """Say where two texts of JSON differ first."""
    path = "metadata"
    left: JsonValue = json.loads(first)
    right: JsonValue = json.loads(second)
    while step := _differing_step(left, right):
        path, left, right = f"{path}{step[0]}", step[1], step[2]
    return f"`{path}` is {_short(left)} in one process and {_short(right)} in another"


def _differing_step(left: JsonValue, right: JsonValue) -> tuple[str, JsonValue, JsonValue] | None:
    for step, one, other in _pairs(left, right):
        if json.dumps(one) != json.dumps(other):
            return step, one, other
    return None


def _pairs(left: JsonValue, right: JsonValue) -> Iterator[tuple[str, JsonValue, JsonValue]]:
    """Yield what two values hold at the same place, if they are of one shape."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        if [*left] == [*right]:
            yield from ((f".{key}", left[key], right[key]) for key in left)
    elif isinstance(left, str) or isinstance(right, str):
        return
    elif isinstance(left, Sequence) and isinstance(right, Sequence) and len(left) == len(right):
        for index, (one, other) in enumerate(zip(left, right, strict=True)):
            yield f"[{index}]", one, other


def _short(value: JsonValue) -> str:
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
