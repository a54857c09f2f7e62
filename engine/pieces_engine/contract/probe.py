"""The process that touches the piece: `python -m pieces_engine.contract.probe`.

It reads a job as one line of JSON from standard input, and writes one line of JSON for each thing
it finds out. What the piece prints goes nowhere; should it hang, exit or crash, only this process
is lost. The one that started it watches the clock.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from json import dumps, loads  # a piece may put others in their place
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final, TypedDict

from pieces_engine.credentials import AnyPart
from pieces_framework.errors import PieceError
from pieces_framework.importing import import_piece
from pieces_framework.property import properties_of
from pieces_framework.trigger import Trigger

from .advice import of_import
from .attempt import described
from .examination import Subject, live_rule, parts_of, place_of
from .guard import Code, Guard, Mode, code_root
from .import_watch import ImportWatch
from .network import is_loopback_only
from .promises import IMPORT_RULES
from .verdict import Place, Verdict, broken, kept, waits_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pieces_framework.piece import Piece

    from .examination import Examination


class Job(TypedDict):
    """What a probe is told to do."""

    role: str
    """`examine`: look at everything; `serve`: wait for what is asked."""
    folder: str
    """Put on the path; empty for an installed piece."""
    entry_point: str
    key: str
    distribution: str
    version: str
    place: str
    """The file that names the entry point."""
    line: int
    skip: int
    """How many examinations an earlier probe has finished, or was lost in."""


Message = dict[str, Any]  # JSON, as the reader of each kind knows it


class Channel:
    """The pipes to the process that started this one, taken away from the piece.

    Standard input, output and error lead nowhere afterwards. The first line that is read is put
    before each line that is written: what a piece writes into the pipe is told apart by it.
    """

    def __init__(self) -> None:
        self._in: Final = os.fdopen(os.dup(0), "rb")
        self._out: Final = os.dup(1)
        self._token: Final = self._in.readline().strip()
        self._process: Final = os.getpid()
        self._lock: Final = threading.Lock()
        self._requests: Final[SimpleQueue[Message]] = SimpleQueue()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        self._code = Code("")

    def read(self) -> Message:
        """Return the job."""
        message: Message = loads(self._in.readline())
        return message

    def listen(self, code: Code) -> None:
        """Take requests from now on, in a thread, so that a hanging piece can be asked where."""
        self._code = code
        threading.Thread(target=self._listen, daemon=True).start()

    def take(self) -> Message:
        """Wait for the next request."""
        return self._requests.get()

    def send(self, kind: str, **fields: object) -> None:
        """Write one message."""
        if os.getpid() != self._process:
            os._exit(0)  # the piece forked
        line = self._token + dumps({"kind": kind, **fields}).encode() + b"\n"
        with self._lock:
            while line:
                line = line[os.write(self._out, line) :]

    def begin(self, rule: str, part: str, place: Place) -> None:
        """Say what is looked at from now on; the clock of it starts."""
        self.send(
            "begin", rule=rule, part=part, path=place.path, line=place.line, at=time.monotonic()
        )

    def judge(self, verdict: Verdict) -> None:
        """Send one verdict."""
        self.send("verdict", verdict=verdict.document(), at=time.monotonic())

    def crash(self, error: BaseException) -> None:
        """Say that our own code failed, over something in the piece that it did not expect."""
        place = self._code.raising(error)
        how = f"cannot be looked at: {described(error)}"
        self.send("crash", how=how, path=place.path, line=place.line)

    def _listen(self) -> None:
        for line in self._in:
            message: Message = loads(line)
            if message["kind"] == "where":
                place = self._code.running()
                self.send("where", path=place.path, line=place.line)
            else:
                self._requests.put(message)
        os._exit(0)  # nobody listens any more


def main() -> None:
    """Do one job."""
    channel = Channel()
    try:
        _work(channel, channel.read())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    # A piece may be declared of anything; the others must be looked at nevertheless.
    except BaseException as error:  # noqa: BLE001
        channel.crash(error)
    os._exit(0)  # threads that the piece started do not keep the process


def _work(channel: Channel, job: Job) -> None:
    if job["folder"]:
        sys.path.insert(0, job["folder"])
    code = Code(code_root(job["entry_point"]))
    guard = Guard(code)
    channel.listen(code)
    place = Place(path=job["place"], line=job["line"])
    piece = _import(channel, job, guard, code, place)
    if piece is None:
        return
    if job["role"] == "serve":
        request = channel.take()  # most pieces have no service, and need nothing of what serves
        from .live import serve

        guard.mode = Mode.LOOPBACK if is_loopback_only() else Mode.OPEN
        serve(channel, piece, guard, request)
        return
    subject = Subject(
        piece=piece,
        code=code,
        guard=guard,
        folder=job["folder"],
        key=job["key"],
        distribution=job["distribution"],
        version=job["version"],
        place=place,
    )
    _examine(channel, subject, job["skip"])


def _import(
    channel: Channel, job: Job, guard: Guard, code: Code, place: Place
) -> Piece[Any] | None:
    """Import the piece and say how that went; `None` if it cannot be imported."""
    channel.begin("imports", "", place)
    piece: Piece[Any] | None = None
    verdict = kept("imports")
    with ImportWatch(guard):
        try:
            piece = import_piece(job["entry_point"])
        # The framework makes one error of what a module raises, but for what ends a process.
        except BaseException as error:  # noqa: BLE001
            verdict = _failed_import(error, job, code, place)
    noted = dict(guard.noted)
    if piece is None and "import-opens-no-socket" in noted:
        verdict = waits_for("imports", "import-opens-no-socket")
    channel.judge(verdict)
    for rule in IMPORT_RULES:
        if rule in noted:
            what, at = noted[rule]
            channel.judge(broken(rule, what, at if at.path else place))
        else:
            channel.judge(kept(rule) if piece else waits_for(rule, "imports"))
    text = "" if piece is None else _metadata(piece)
    channel.send("imported", is_imported=piece is not None, metadata=text)
    return piece


def _failed_import(error: BaseException, job: Job, code: Code, otherwise: Place) -> Verdict:
    problem = "; ".join(error.messages) if isinstance(error, PieceError) else described(error)
    cause = error.__cause__ or error
    if isinstance(cause, SyntaxError) and cause.filename and code.holds(cause.filename):
        place = Place(path=cause.filename, line=cause.lineno)
    else:
        place = code.raising(cause)
    hint = of_import(error, job["entry_point"].partition(":")[0], job["folder"])
    at = place if place.path else otherwise
    return broken("imports", problem.removesuffix(f" ({at})"), at, hint=hint)


def _metadata(piece: Piece[Any]) -> str:
    """The piece's metadata as JSON; empty if it has none, which `metadata-is-json` reports."""
    try:
        return dumps(piece.metadata(), default=_stand_in)
    # A declaration may hold what its types forbid.
    except Exception:  # noqa: BLE001
        return ""


def _stand_in(value: object) -> str:
    """What stands for a value that is no JSON; `metadata-is-json` reports it."""
    return type(value).__name__


def _examine(channel: Channel, subject: Subject, skip: int) -> None:
    examinations = list(_examinations(subject))
    plan = [_planned(each.rules, each.part, each.place) for each in examinations]
    parts = [_described(part) for part in parts_of(subject.piece)]
    channel.send("plan", examinations=plan, parts=parts)
    for examination in examinations[skip:]:
        asyncio.run(_judge(channel, examination))
        channel.send("next")
    channel.send("done")


def _examinations(subject: Subject) -> list[Examination]:
    from . import declared, offline

    found = [*declared.piece_examinations(subject), *offline.auth_examinations(subject)]
    for part in parts_of(subject.piece):
        found += declared.part_examinations(subject, part)
        found += offline.part_examinations(subject, part)
    return found


def _planned(rules: Sequence[str], part: str, place: Place) -> Message:
    return {"rules": rules, "part": part, "path": place.path, "line": place.line}


def _described(part: AnyPart) -> Message:
    """What the other process must know of an action or trigger to have it run with a service."""
    rule = live_rule(part)
    names = list(properties_of(part.props))
    is_trigger = isinstance(part, Trigger)
    planned = _planned([rule], part.name, place_of(part))
    return {**planned, "props": names, "is_trigger": is_trigger}


async def _judge(channel: Channel, examination: Examination) -> None:
    part, place = examination.part, examination.place
    channel.begin(examination.rules[0], part, place)
    found = await examination.examine(lambda rule: channel.begin(rule, part, place))
    judged = {verdict.rule for verdict in found}
    for verdict in found:
        channel.judge(verdict)
    for rule in examination.rules:
        if rule not in judged:
            channel.judge(kept(rule, part=part))


if __name__ == "__main__":
    main()
