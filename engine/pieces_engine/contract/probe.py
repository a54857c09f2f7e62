"""The process that touches the piece: `python -m pieces_engine.contract.probe`.

It reads a job as one line of JSON from standard input, and writes one line of JSON for each thing
it finds out. What the piece prints goes nowhere; should it hang, exit or crash, only this process
is lost. The one that started it watches the clock.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
import traceback
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final, TypedDict

from pieces_framework.errors import PieceError
from pieces_framework.importing import import_piece

from .guard import Code, Guard, Mode, Silencer, code_root
from .promises import IMPORT_RULES
from .verdict import Place, Verdict, broken, kept, waits_for

if TYPE_CHECKING:
    from pieces_framework.piece import Piece

    from .examination import Examination, Subject


class Job(TypedDict):
    """What a probe is told to do."""

    role: str
    """`examine`: look at everything; `import`: do no more; `serve`: wait for what is asked."""
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

    Standard input, output and error lead nowhere afterwards.
    """

    def __init__(self) -> None:
        self._in: Final = os.fdopen(os.dup(0), "rb")
        self._out: Final = os.dup(1)
        self._lock: Final = threading.Lock()
        self._requests: Final[SimpleQueue[Message]] = SimpleQueue()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        self._code = Code("")

    def read(self) -> Message:
        """Return the next line; the first is the job."""
        message: Message = json.loads(self._in.readline())
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
        line = json.dumps({"kind": kind, **fields}).encode() + b"\n"
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

    def _listen(self) -> None:
        for line in self._in:
            message: Message = json.loads(line)
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
    # Whatever goes wrong here is our own mistake; it must be seen, and not as the piece's.
    except BaseException:  # noqa: BLE001
        channel.send("crash", traceback=traceback.format_exc())
    os._exit(0)  # threads that the piece started do not keep the process


def _work(channel: Channel, job: Job) -> None:
    if job["folder"]:
        sys.path.insert(0, job["folder"])
    code = Code(code_root(job["entry_point"]))
    guard = Guard(code)
    channel.listen(code)
    place = Place(path=job["place"], line=job["line"])
    piece = _import(channel, job, guard, code, place)
    if piece is None or job["role"] == "import":
        return
    if job["role"] == "serve":
        from .live import serve

        guard.mode = Mode.OPEN
        serve(channel, piece, code)
        return
    from .examination import Subject

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
    outputs = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (Silencer(guard) for _ in range(2))
    channel.begin("imports", "", place)
    guard.mode = Mode.IMPORTING
    piece: Piece[Any] | None = None
    problem, where = "", place
    try:
        piece = import_piece(job["entry_point"])
    # The framework makes one error of what a module raises, but for what ends a process.
    except BaseException as error:  # noqa: BLE001
        problem = "; ".join(error.messages) if isinstance(error, PieceError) else repr(error)
        cause = error.__cause__ or error
        raised = code.raising(cause)
        where = raised if raised.path else place
    guard.mode = Mode.OFFLINE
    sys.stdout, sys.stderr = outputs
    noted = dict(guard.noted)
    if piece is None and "import-opens-no-connection" in noted:
        channel.judge(waits_for("imports", "import-opens-no-connection"))
    else:
        channel.judge(broken("imports", problem, where) if piece is None else kept("imports"))
    for rule in IMPORT_RULES:
        if rule in noted:
            what, at = noted[rule]
            channel.judge(broken(rule, what, at if at.path else place))
        else:
            channel.judge(kept(rule) if piece else waits_for(rule, "imports"))
    text = "" if piece is None else json.dumps(piece.metadata(), default=_stand_in)
    channel.send("imported", metadata=text)
    return piece


def _stand_in(value: object) -> str:
    """What stands for a value that is no JSON; `metadata-is-json` reports it."""
    return type(value).__name__


def _examine(channel: Channel, subject: Subject, skip: int) -> None:
    examinations = list(_examinations(subject))
    plan = [{"rules": each.rules, "part": each.part} for each in examinations]
    channel.send("plan", examinations=plan, live=_live_rules(subject.piece))
    for examination in examinations[skip:]:
        asyncio.run(_judge(channel, examination))
        channel.send("next")
    channel.send("done")


def _examinations(subject: Subject) -> list[Examination]:
    from . import declared, offline
    from .examination import parts_of

    found = [*declared.piece_examinations(subject), *offline.auth_examinations(subject)]
    for part in parts_of(subject.piece):
        found += declared.part_examinations(subject, part)
        found += offline.part_examinations(subject, part)
    return found


def _live_rules(piece: Piece[Any]) -> list[dict[str, object]]:
    rules = [("run-against-service", name) for name in piece.actions]
    rules += [("life-against-service", name) for name in piece.triggers]
    return [{"rules": [rule], "part": name} for rule, name in rules]


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
