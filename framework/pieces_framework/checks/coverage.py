"""What a piece brings along to be tried and tested by."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from .finding import Needs, Problem, Severity, check_for
from .module import keyword, literal_text
from .piece_files import PieceFiles
from .walking import last_name

_KINDS: Final = {
    "create_action": "action",
    "create_polling_trigger": "trigger",
    "create_trigger": "trigger",
}
"""What a function of Piecekit declares."""
_TRIED_BY_HAND: Final = frozenset({"MANUAL"})


@check_for(
    "part-unregistered",
    Severity.WARNING,
    needs=Needs.METADATA,
    hint="pass it to `create_piece`, in `actions` or `triggers`; or remove it",
)
def part_unregistered(piece: PieceFiles) -> Iterator[Problem]:
    """An action or trigger that a module declares is one of the piece.

    Without that nobody can use it. What a function declares, or names by more than a literal, is
    let be; so is a custom API call.
    """
    registered = {(part.kind, part.name) for part in piece.parts}
    for module in piece.modules:
        for call, seen in module.each(ast.Call):
            kind, written = _KINDS.get(last_name(call.func)), keyword(call, "name")
            name = literal_text(written)
            if kind and written and name and not seen.function and (kind, name) not in registered:
                yield Problem(module.at(written), f"the piece does not have the {kind} `{name}`")


@check_for(
    "tests-missing",
    Severity.WARNING,
    needs=Needs.SOURCE_TREE,
    hint="add a folder `tests`; `actions create` and `triggers create` write the first ones",
)
def tests_missing(piece: PieceFiles) -> Iterator[Problem]:
    """A piece has tests: files named `test_*.py`."""
    if not piece.tests:
        yield Problem(piece.project_at("project"), "the piece has no tests")


@check_for(
    "part-untested",
    Severity.WARNING,
    needs=Needs.SOURCE_AND_METADATA,
    hint="test it with `make_context`, or a trigger with `PollingDriver` or `WebhookDriver`, of "
    "`pieces_framework.testing`",
)
def part_untested(piece: PieceFiles) -> Iterator[Problem]:
    """Some test mentions each action and trigger by its name."""
    if not piece.tests:
        return
    words = {word for text in piece.tests.values() for word in re.findall(r"[\w-]+", text)}
    for part in piece.parts:
        if not {part.name, f"{part.name}_", part.name.replace("-", "_")} & words:
            message = f"no test mentions the {part.kind} `{part.name}`"
            yield Problem(piece.part_at(part), message)


@check_for(
    "sample-data-missing",
    Severity.WARNING,
    needs=Needs.METADATA,
    hint="pass `sample_data=` with one item as `run` returns it",
)
def sample_data_missing(piece: PieceFiles) -> Iterator[Problem]:
    """A trigger has sample data.

    Whoever builds a flow chooses from it what the next steps use, before the first event is there.
    """
    for part in piece.parts:
        is_asked = part.kind == "trigger" and part.text("type") not in _TRIED_BY_HAND
        if is_asked and part.document.get("sampleData") is None:
            yield Problem(piece.part_at(part), f"the trigger `{part.name}` has no sample data")


@check_for(
    "output-unknown",
    Severity.NOTE,
    needs=Needs.METADATA,
    hint="return a pydantic model, or pass `output_schema=OutputSchema(fields=[...])`",
)
def output_unknown(piece: PieceFiles) -> Iterator[Problem]:
    """An action says what it returns, by an output schema.

    Steps after it are then built without running it, and a later version that drops a field is
    known to break flows. The schema is read off a pydantic model that the function is annotated to
    return, or given: `output_schema=OutputSchema(fields=[OutputField(key="name")])`.
    """
    for part in piece.parts:
        if part.kind == "action" and not part.document.get("outputSchema"):
            yield Problem(piece.part_at(part), f"the action `{part.name}` has no output schema")


CHECKS: Final = (
    part_unregistered,
    tests_missing,
    part_untested,
    sample_data_missing,
    output_unknown,
)
