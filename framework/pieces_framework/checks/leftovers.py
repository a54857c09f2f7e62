"""What `pieces create` and its like wrote to be replaced, and still is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from .finding import Place, Problem, Severity, check_for
from .module import literal_text
from .piece_files import PieceFiles, text_of

TEXTS: Final[Mapping[str, str]] = {
    "Count the words of a text; call the service here instead.": "the body of a new action",
    "Ask the service here instead of the samples": "the body of a new polling trigger",
    "TimedItem(epoch_ms=4_102_444_800_000": "the sample items of a new polling trigger",
    '"subscription", "sample-id"': "the id in a new webhook trigger",
    "{{ cookiecutter.": "an unfilled template",
    "{{cookiecutter.": "an unfilled template",
}
"""Texts of the templates that mean nothing in a piece, and what they belong to."""
_ANY_TEMPLATE: Final = re.compile("|".join(map(re.escape, TEXTS)))
_EXAMPLE_HOST: Final = re.compile(r"(?:.*\.)?example\.(?:com|org|net)|(?:.*\.)?(?:example|invalid)")
_ADDRESS_NAME: Final = re.compile(r"(?:_?(?:API|BASE|SERVICE|DEFAULT))*_?(?:URL|HOST|ENDPOINT|API)")


@check_for(
    "template-leftover",
    Severity.WARNING,
    hint="replace it with what the service needs",
)
def template_leftover(piece: PieceFiles) -> Iterator[Problem]:
    """Nothing is left of the templates that `actions create` and `triggers create` fill.

    A new action counts words, and a new trigger reports samples, so that there is something to
    run and test. It is not what the piece is for. One finding for each file and text.
    """
    for module in piece.modules:
        text = piece.texts.get(module.path, "")
        seen: set[str] = set()
        for found in _ANY_TEMPLATE.finditer(text):
            what = TEXTS[found.group()]
            if what not in seen:
                seen.add(what)
                line = text.count("\n", 0, found.start()) + 1
                yield Problem(Place(module.path, line), f"left of a template: {what}")


@check_for(
    "example-address",
    Severity.WARNING,
    hint="write the address of the service",
)
def example_address(piece: PieceFiles) -> Iterator[Problem]:
    """Neither the logo nor a constant for the service's address is on a host for examples.

    Nothing is at `example.com`. Found are `logo_url`, and names such as `BASE_URL` and `API_HOST`
    at the top of a module.
    """
    if _is_example(text_of(piece.metadata, "logoUrl")):
        yield Problem(piece.piece_at("logo_url"), "the logo's address is on a host for examples")
    for module in piece.modules:
        for statement in module.tree.body:
            match statement:
                case (
                    ast.Assign(targets=[ast.Name(id=name)], value=value)
                    | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
                ) if _ADDRESS_NAME.fullmatch(name) and _is_example(literal_text(value)):
                    yield Problem(module.at(statement), f"`{name}` is on a host for examples")
                case _:
                    pass


def _is_example(address: str) -> bool:
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:  # a bracket without its pair
        return False
    return _EXAMPLE_HOST.fullmatch(host) is not None


CHECKS: Final = (template_leftover, example_address)
