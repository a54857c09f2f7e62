"""What is found out about one piece: probes are started, watched, and replaced when lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .child import Child, LostError
from .json_difference import difference
from .promises import IMPORT_RULES, PIECE_PROMISES
from .verdict import Place, Status, Verdict, broken, kept, waits_for

if TYPE_CHECKING:
    from .probe import Job, Message
    from .source import PieceSource

STABLE: Final = "metadata-is-stable"


@dataclass(frozen=True, kw_only=True)
class Promised:
    """A promise of the piece, or of a part of it."""

    rule: str
    part: str = ""
    place: Place
    """Where the piece, or the part of it, is declared."""
    needs_service: bool = False


@dataclass(frozen=True, kw_only=True)
class PartSummary:
    """What pytest's process knows of an action or trigger."""

    name: str
    is_trigger: bool
    props: frozenset[str]
    """The names of its properties."""


_NOT_IMPORTED: Final[Message] = {"is_imported": False, "metadata": ""}


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
        self._place: Final = Place(path=str(source.file), line=source.line)
        self._deadline_s: Final = deadline_s
        self._verdicts: Final[dict[tuple[str, str], Verdict]] = {}
        self._plan: list[Message] | None = None
        self._parts: list[Message] = []
        self._finished = 0
        self._is_done = False
        self._imported: Message | None = None
        self._examiner_or_none: Child | None = None
        self._server: Child | None = None
        self._served: Message | None = None

    @property
    def is_started(self) -> bool:
        """Whether the probe that examines has been started."""
        return self._examiner_or_none is not None

    @property
    def parts(self) -> list[PartSummary]:
        """The actions and triggers, as far as they are known."""
        return [
            PartSummary(
                name=part["part"], is_trigger=part["is_trigger"], props=frozenset(part["props"])
            )
            for part in self._parts
        ]

    def start(self) -> None:
        """Start the probe that examines, unless it has been."""
        if self._examiner_or_none is None:
            self._examiner_or_none = self._start("examine")

    def start_serving(self) -> None:
        """Start the other probe, which waits for what needs a service, unless it has been."""
        if self._server is None and self._served is None:
            self._server = self._start("serve")

    def stop_serving(self) -> None:
        """End the other probe; should it be needed again, it is started again."""
        if self._server is not None:
            self._server.close()
            self._server, self._served = None, None

    def promised(self) -> list[Promised]:
        """Return what the piece promises; waits until it is imported."""
        while self._plan is None and not self._is_done:
            self._pump()
        rules = (rule for rule in PIECE_PROMISES if self._is_looked_at(rule))
        found = [Promised(rule=rule, place=self._place) for rule in rules]
        # First what has a service to wait for: meanwhile the probe that examines goes on.
        found += [
            _promised(rule, each, live=True) for each in self._parts for rule in each["rules"]
        ]
        found += [
            _promised(rule, each)
            for each in self._plan or ()
            for rule in each["rules"]
            if each["part"] or rule not in PIECE_PROMISES
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
        self,
        promised: Promised,
        request: Mapping[str, object],
        event: Callable[[], Message | None],
    ) -> Verdict:
        """Have one action or trigger looked at with a service.

        Args:
            promised: the promise.
            request: what `request_document` returned.
            event: makes the trigger's event happen; returns the payload as JSON, if it has one.
        """
        if not self._other()["is_imported"] or self._server is None:
            return waits_for(promised.rule, "imports", part=promised.part)
        server = self._server
        about = {"part": promised.part, "deadline_s": self._deadline_s}
        server.send({"kind": "live", **request, **about})
        try:
            while True:
                message = server.receive()
                if message["kind"] == "verdict":
                    return Verdict.of(message["verdict"])
                if message["kind"] == "event":
                    server.send({"kind": "payload", "payload": event()})
        except LostError as lost:
            self.stop_serving()
            return _lost(server.begun, lost)
        except BaseException:
            self.stop_serving()  # it still waits for the event that failed
            raise

    def close(self) -> None:
        """End the probes."""
        if self._examiner_or_none is not None:
            self._examiner_or_none.close()
        self.stop_serving()

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
                self._imported = self._imported or message
                self._is_done = not message["is_imported"]
            case "plan":
                self._plan, self._parts = message["examinations"], message["parts"]
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
        for planned in self._plan[self._finished : self._finished + 1]:  # or after the last one
            for rule in planned["rules"]:
                self._keep(waits_for(rule, begun["rule"], part=begun["part"]))
        self._finished += 1
        self._examiner_or_none = self._start("examine")

    def _broken_import(self) -> str:
        verdicts = (self._verdicts.get((rule, "")) for rule in ("imports", *IMPORT_RULES))
        found = (each.rule for each in verdicts if each and each.status is Status.BROKEN)
        return next(found, "imports")

    def _stability(self) -> Verdict:
        while self._imported is None and not self._is_done:
            self._pump()
        first = self._imported or _NOT_IMPORTED
        if not first["is_imported"]:
            return waits_for(STABLE, self._broken_import())
        if not first["metadata"]:
            return waits_for(STABLE, "metadata-is-json")
        second = self._other()
        if not second["is_imported"]:
            return broken(STABLE, "another process could not import the piece", self._place)
        if not second["metadata"]:
            return broken(STABLE, "another process could not write the metadata", self._place)
        if first["metadata"] == second["metadata"]:
            return kept(STABLE)
        return broken(STABLE, difference(first["metadata"], second["metadata"]), self._place)

    def _other(self) -> Message:
        """Return how the other probe imported the piece; waits for it."""
        self.start_serving()
        server = self._server
        while self._served is None and server is not None:
            try:
                message = server.receive()
            except LostError:
                self.stop_serving()
                self._served = _NOT_IMPORTED
                return _NOT_IMPORTED
            if message["kind"] == "imported":
                self._served = message
        return self._served or _NOT_IMPORTED


def _promised(rule: str, planned: Message, *, live: bool = False) -> Promised:
    place = Place(path=planned["path"], line=planned["line"])
    return Promised(rule=rule, part=planned["part"], place=place, needs_service=live)


def _lost(begun: Message, lost: LostError) -> Verdict:
    place = lost.place if lost.place.path else Place(path=begun["path"], line=begun["line"])
    what = f"`{begun['part']}`" if begun["part"] else "the piece"
    message = f"{what} {lost.how}"
    return broken(begun["rule"], message, place, part=begun["part"], hint=lost.hint)
