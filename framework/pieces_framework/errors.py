"""The tree of errors Piecekit raises on purpose, ordered by who must act.

Each distribution adds its own below these; every one of them is a `PieceError`.

PieceError                      message and hint; `exit_code` for the CLI, `code` for the API
├─ DefinitionError(problems)    the author must change code
├─ PropsError(problems)         the flow builder must change values
├─ AuthorCodeError              the author must change code: it raised, or returned no JSON
├─ ConnectionRejectedError      the credential's owner must reconnect
├─ RunError                     the outside world failed
│  ├─ RetryableError            a passing reason: try again
│  └─ FatalError                trying again is no use
├─ StoreError                   a key or value the store cannot hold
├─ FileSizeError                a file larger than the host takes
├─ ScheduleError                the author must change code: no such schedule
├─ PieceNotFoundError           no such piece, action or trigger
├─ ArtifactError(rule)          a file that is not a piece wheel
└─ VersionError                 no version, or too low a one; in `pieces_framework.versions`

Exit codes follow sysexits.h where it has one that fits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Final, TypeAlias

from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .wire import JsonValue

Problem: TypeAlias = "str | Mapping[str, Problem] | Sequence[Mapping[str, Problem]]"
"""Why a value was refused: text, or the problems of its children, or those of each of its rows."""


class PieceError(Exception):
    """Base of the tree.

    Args:
        message: what failed, where, and what was got; identifiers in backticks, never a secret.
        hint: what to do next, shown on a line of its own.
    """

    exit_code: ClassVar[int] = 1
    code: ClassVar[str] = "PIECE_ERROR"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message: Final = message
        self.hint: Final = hint
        if hint:
            self.add_note(f"hint: {hint}")  # so that pytest and tracebacks show it too

    @property
    def messages(self) -> tuple[str, ...]:
        """One message for each problem, where an error reports several."""
        return (self.message,)


class DefinitionError(PieceError):
    """The declaration of a piece has mistakes. Raised at import, with all of them at once."""

    exit_code = 65  # EX_DATAERR
    code = "DEFINITION"

    def __init__(self, problems: Sequence[str], *, hint: str = "") -> None:
        super().__init__("; ".join(problems), hint=hint)
        self.problems: Final = tuple(problems)

    @property
    @override
    def messages(self) -> tuple[str, ...]:
        """One message for each problem."""
        return self.problems


class PropsError(PieceError):
    """Values were supplied that the properties reject; `problems` maps a name to its reason."""

    code = "PROPS"

    def __init__(self, problems: Mapping[str, Problem], *, hint: str = "") -> None:
        super().__init__("; ".join(_described(problems)), hint=hint)
        self.problems: Final = dict(problems)

    @property
    @override
    def messages(self) -> tuple[str, ...]:
        """One message for each refused value, nested ones by their path: `rows[0].amount`."""
        return tuple(_described(self.problems))

    def document(self) -> dict[str, JsonValue]:
        """Return the documented error document: a list of messages for each name.

        Children of dynamic properties are nested; rows of an array stand under `properties`.
        """
        return {name: _problem_document(problem) for name, problem in self.problems.items()}


class AuthorCodeError(PieceError):
    """A piece's own code raised what is no error of this tree, or returned what is not JSON."""

    code = "AUTHOR_CODE"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        traceback: str = "",
        path: str = "",
        line: int | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.traceback: Final = traceback
        """Where in the piece's code, as Python prints it, with secrets masked; may be empty."""
        self.path: Final = path
        """The file of the piece's code that was running last; empty if it was none."""
        self.line: Final = line
        """The line in it, counted from 1."""


class ConnectionRejectedError(PieceError):
    """The service, or the piece's own check, refused the credentials."""

    exit_code = 77  # EX_NOPERM
    code = "CONNECTION_REJECTED"


class RunError(PieceError):
    """A run failed because of something outside the piece."""

    code = "RUN"


class RetryableError(RunError):
    """What failed may work on another try.

    Args:
        message: as for every error of the tree.
        retry_after_s: seconds the service asked to wait, or `None` when it did not say.
        hint: as for every error of the tree.
    """

    exit_code = 75  # EX_TEMPFAIL
    code = "RETRYABLE"

    def __init__(self, message: str, *, retry_after_s: float | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s: Final = retry_after_s


class FatalError(RunError):
    """The run failed and would fail again in the same way."""

    code = "FATAL"


class StoreError(PieceError):
    """A store key or value is outside the store's limits, or has another type than asked for."""

    code = "STORE"


class FileSizeError(PieceError):
    """A piece wrote a file that is larger than its host takes."""

    code = "FILE_SIZE"


class ScheduleError(PieceError):
    """A polling trigger asked for a schedule that there is none of."""

    code = "SCHEDULE"


class PieceNotFoundError(PieceError):
    """There is no piece, action or trigger of that name where we looked."""

    code = "ENTITY_NOT_FOUND"


class ArtifactError(PieceError):
    """A file is not a wheel, or not a wheel that holds a piece.

    Args:
        message: as for every error of the tree.
        rule: which rule the file breaks.
        hint: as for every error of the tree.
    """

    exit_code = 65  # EX_DATAERR
    code = "INVALID_PIECE_ARCHIVE"

    def __init__(self, message: str, *, rule: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.rule: Final = rule
        """A stable id in kebab-case, such as `record-hash`; those of wheels are documented."""


def _described(problems: Mapping[str, Problem], path: str = "") -> Iterator[str]:
    for name, problem in problems.items():
        here = f"{path}{name}"
        if isinstance(problem, str):
            yield f"`{here}`: {problem}"
        elif isinstance(problem, Mapping):
            yield from _described(problem, f"{here}.")
        else:
            for index, row in enumerate(problem):
                yield from _described(row, f"{here}[{index}].")


def _problem_document(problem: Problem) -> JsonValue:
    if isinstance(problem, str):
        return [problem]
    if isinstance(problem, Mapping):
        return {name: _problem_document(child) for name, child in problem.items()}
    rows = [{name: _problem_document(child) for name, child in row.items()} for row in problem]
    return {"properties": rows}
