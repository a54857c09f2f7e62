"""Asking for what no flag gave. Without a terminal nothing is asked."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def answer(
    given: str | None,
    question: str,
    *,
    flag: str,
    default: str | None = None,
    hidden: bool = False,
    check: Callable[[str], object] = lambda _: None,
) -> str:
    """Return what was given, or ask; at a terminal until the answer is right.

    Args:
        given: the flag's value; `None` if the flag is absent.
        question: the prompt, as documented.
        flag: what to use where there is no terminal.
        default: taken when the answer is empty, and without a terminal.
        hidden: whether the answer is a secret, not shown while it is typed.
        check: raises a `PieceError` for what cannot be.

    Raises:
        PieceError: as `check` does for what was given or for the default.
        click.UsageError: if nothing was given, there is no default and no terminal to ask on.
    """
    if given is None and not has_terminal():
        given = _without_terminal(flag, default)
    if given is not None:
        check(given)
        return given
    while True:
        asked: str = click.prompt(
            question, default=default, hide_input=hidden, prompt_suffix=_suffix(question), err=True
        )
        answered = asked.strip() or default or ""
        if _is_right(answered, check):
            return answered


def choice(
    given: str | None,
    question: str,
    *,
    flag: str,
    choices: Sequence[str],
    default: str,
) -> str:
    """Return what was given, or let the user choose; without a terminal, the default."""
    if given is not None:
        return given
    if not has_terminal():
        return _without_terminal(flag, default)
    chosen: str = click.prompt(
        question,
        default=default,
        type=click.Choice(choices),
        prompt_suffix=_suffix(question),
        err=True,
    )
    return chosen


def has_terminal() -> bool:
    """Whether someone is there to answer."""
    # A process may be started with standard input closed; typeshed does not say so.
    stdin: object = sys.stdin
    return stdin is not None and sys.stdin.isatty()


def _is_right(answered: str, check: Callable[[str], object]) -> bool:
    from pieces_framework.errors import PieceError

    from .reporting import show_error

    try:
        check(answered)
    except PieceError as error:
        show_error(error)
        return False
    return True


def _without_terminal(flag: str, default: str | None) -> str:
    if default is not None:
        return default
    raise click.UsageError(
        f"Missing {flag}: there is no terminal to ask on.", ctx=click.get_current_context()
    )


def _suffix(question: str) -> str:
    return " " if question.endswith(":") else ": "
