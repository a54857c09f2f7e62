"""Secrets that somebody left in a file. No finding repeats them."""

from __future__ import annotations

import ast
import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from .finding import Place, Problem, Severity, check_for
from .module import Module, literal_text
from .piece_files import PieceFiles

_KEYS: Final = tuple(
    (what, marker, re.compile(form))
    for what, marker, form in (
        ("a key of AWS", "AKIA", r"\bAKIA[A-Z0-9]{16}\b"),
        ("a key of Anthropic", "sk-ant-", r"\bsk-ant-[A-Za-z0-9_-]{32,128}"),
        ("a key of GitHub", "github_pat_", r"\bgithub_pat_[A-Za-z0-9_]{60,100}"),
        ("a key of GitHub", "gh", r"\bgh[pousr]_[A-Za-z0-9]{36}"),
        ("a key of GitLab", "glpat-", r"\bglpat-[A-Za-z0-9_-]{20,64}"),
        ("a key of Google", "AIza", r"\bAIza[A-Za-z0-9_-]{35}"),
        ("a key of OpenAI", "sk-proj-", r"\bsk-proj-[A-Za-z0-9_-]{32,200}"),
        ("a key of Piecekit", "sk-", r"\bsk-[A-Za-z0-9]{61}\b"),
        ("a key of SendGrid", "SG.", r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
        ("a key of Slack", "xox", r"\bxox[abprs]-[0-9]{8,16}-[A-Za-z0-9-]{16,128}"),
        (
            "a webhook of Slack",
            "hooks.slack.com",
            r"\bhooks\.slack\.com/services/T[A-Z0-9]{6,14}/B[A-Z0-9]{6,14}/[A-Za-z0-9]{24}",
        ),
        ("a key of Stripe", "k_live_", r"\b[sr]k_live_[A-Za-z0-9]{20,128}"),
        ("a key of Telegram", ":AA", r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}\b"),
        ("a key of npm", "npm_", r"\bnpm_[A-Za-z0-9]{36}\b"),
        (
            "a private key",
            "PRIVATE KEY-----",
            r"-----BEGIN (?:[A-Z]{2,10} )?PRIVATE KEY-----(?:\\n|\s){1,4}[A-Za-z0-9+/=]{32,64}",
        ),
    )
)
"""What a key is, a text that is in each, and its form. No part may match in two ways."""
_SECRET_NAME: Final = re.compile(
    r"(?:^|_)(?:password|passwd|secret|(?<!page_)(?<!next_)(?<!sync_)token|api_?key|private_key|access_key)$",
    re.IGNORECASE,
)
_PLACEHOLDER: Final = re.compile(
    r"test|example|sample|dummy|fake|your|placeholder|changeme|secret|password|xxx|\.\.\.|<|\{|"
    r"1234567|abcdef",
    re.IGNORECASE,
)
_RANDOM: Final = re.compile(r"[A-Za-z0-9+/=_.-]{20,500}")
_MIN_BITS_OF_KEY: Final = 3.0
_MIN_BITS: Final = 3.5
"""Entropy of a character from which a text of 20 characters or more looks random."""


@check_for(
    "secret-key",
    Severity.ERROR,
    hint="revoke the key and take it out; a piece gets keys from its connection: `context.auth`",
)
def secret_key(piece: PieceFiles) -> Iterator[Problem]:
    """No file holds a key of a well-known service, or a private key.

    Looked for in every text file, tests and recordings included. Whoever gets the piece can read
    it, so the key is no secret any more. What is plainly a placeholder is let be, and so is a file
    `.env` beside the package, which is where keys belong on one's own machine.
    """
    for path, text in piece.texts.items():
        if path.startswith(".env"):
            continue
        for what, start in _keys(text):
            yield Problem(Place(path, text.count("\n", 0, start) + 1), f"this looks like {what}")


@check_for(
    "secret-literal",
    Severity.WARNING,
    hint="take it from `context.auth`; revoke it if it was real",
)
def secret_literal(piece: PieceFiles) -> Iterator[Problem]:
    """No name that means a secret is given a literal that looks random.

    `API_KEY = "…"`, `password="…"` and `{"token": "…"}` are looked at, in the package only.
    """
    for module in piece.modules:
        for name, value in _named_literals(module):
            text = literal_text(value)
            is_secret = _SECRET_NAME.search(name) and _RANDOM.fullmatch(text)
            if is_secret and _looks_random(text, bits=_MIN_BITS) and not any(_keys(text)):
                yield Problem(module.at(value), f"`{name}` is given a text that looks secret")


def _keys(text: str) -> Iterator[tuple[str, int]]:
    """Yield what each key in a text is, and where it begins."""
    for what, marker, form in _KEYS:
        if marker in text:
            for found in form.finditer(text):
                if _looks_random(found.group(), bits=_MIN_BITS_OF_KEY):
                    yield what, found.start()


def _named_literals(module: Module) -> Iterator[tuple[str, ast.expr]]:
    for node, _ in module.each(ast.Assign, ast.AnnAssign, ast.keyword, ast.Dict):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant() as value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant() as value)
                | ast.keyword(arg=str(name), value=ast.Constant() as value)
            ):
                yield name, value
            case ast.Dict(keys=keys, values=values):
                for key, item in zip(keys, values, strict=True):
                    if (text := literal_text(key)) and isinstance(item, ast.Constant):
                        yield text, item
            case _:
                pass


def _looks_random(text: str, *, bits: float) -> bool:
    if _PLACEHOLDER.search(text):
        return False
    kinds = (str.isdigit, str.isalpha)
    counts = Counter(text)
    entropy = -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())
    return entropy >= bits and all(any(map(kind, text)) for kind in kinds)


CHECKS: Final = (secret_key, secret_literal)
