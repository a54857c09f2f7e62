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
from .walking import last_name

_KEYS: Final = tuple(
    (what, marker, re.compile(form))
    for what, marker, form in (
        ("a client secret of Google", "GOCSPX-", r"\bGOCSPX-([A-Za-z0-9_-]{28})"),
        ("a key of AWS", "AKIA", r"\bAKIA([A-Z0-9]{16})\b"),
        ("a key of Anthropic", "sk-ant-", r"\bsk-ant-([A-Za-z0-9_-]{32,128})"),
        ("a key of GitHub", "github_pat_", r"\bgithub_pat_([A-Za-z0-9_]{60,100})"),
        ("a key of GitHub", "gh", r"\bgh[pousr]_([A-Za-z0-9]{36})"),
        ("a key of GitLab", "glpat-", r"\bglpat-([A-Za-z0-9_-]{20,64})"),
        ("a key of Google", "AIza", r"\bAIza([A-Za-z0-9_-]{35})"),
        ("a key of Hugging Face", "hf_", r"\bhf_([A-Za-z0-9]{34})\b"),
        ("a key of OpenAI", "sk-proj-", r"\bsk-proj-([A-Za-z0-9_-]{32,200})"),
        (
            "a key of OpenAI",
            "T3BlbkFJ",
            r"\bsk-((?:[a-z]{2,12}-)?[A-Za-z0-9_-]{16,128}?T3BlbkFJ[A-Za-z0-9_-]{16,128})",
        ),
        ("a key of Piecekit", "sk-", r"\bsk-([A-Za-z0-9]{61})\b"),
        ("a key of SendGrid", "SG.", r"\bSG\.([A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43})"),
        ("a key of Slack", "xox", r"\bxox[abprs]-([0-9]{8,16}-[A-Za-z0-9-]{16,128})"),
        (
            "a webhook of Slack",
            "hooks.slack.com",
            r"\bhooks\.slack\.com/services/(T[A-Z0-9]{6,14}/B[A-Z0-9]{6,14}/[A-Za-z0-9]{24})",
        ),
        ("a key of Stripe", "k_live_", r"\b[sr]k_live_([A-Za-z0-9]{20,128})"),
        ("a test key of Stripe", "k_test_", r"\b[sr]k_test_([A-Za-z0-9]{20,128})"),
        ("a key of Telegram", ":AA", r"\b([0-9]{8,10}:AA[A-Za-z0-9_-]{33})\b"),
        ("a key of npm", "npm_", r"\bnpm_([A-Za-z0-9]{36})\b"),
        (
            "a private key",
            "PRIVATE KEY-----",
            # Its lines may be texts of their own.
            r"-----BEGIN (?:[A-Z]{2,10} )?PRIVATE KEY-----[\s\"'+\\rn]{1,40}([\w+/=]{32,64})",
        ),
    )
)
"""What a key is, a text that is in each, and its form, whose group is the secret part of it."""
_SECRET_NAME: Final = re.compile(
    r"(?:^|_)(?:password|passwd|secret|secret_text|authorization|api_?key|private_key|access_key"
    r"|(?<!page_)(?<!next_)(?<!sync_)(?<!continuation_)token)$"
)
_SCHEME: Final = re.compile(r"(?:Basic|Bearer|Bot|Key|Token) ", re.IGNORECASE)
"""How the value of a header `Authorization` begins."""
_ADDRESS: Final = re.compile(
    r"[a-z][a-z0-9+.-]{1,20}://[^\s/:@?#]{0,100}:([^\s/:@?#]{8,100})@(?!localhost|127\.)\w"
)
"""An address with a password, but for one of this machine."""
_JWT: Final = re.compile(
    r"(eyJ[A-Za-z0-9_-]{16,500}\.eyJ[A-Za-z0-9_-]{16,4000}\.[A-Za-z0-9_-]{20,1000})"
)
_PLACEHOLDER_WORD: Final = re.compile(
    r"changeme|demo|dummy|examples?|fake|here|insert|invalid|mock|password|placeholder|redacted"
    r"|sample|secret|some|tests?|testing|user|your"
)
_PLACEHOLDER: Final = re.compile(r"xxx|\.\.\.|<|\{|1234567|abcdef|\$", re.IGNORECASE)
_SAMPLE_JWT: Final = "eyJzdWIiOiIxMjM0NTY3ODkw"
"""In the token that documentation shows: its subject is 1234567890."""
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_RANDOM: Final = re.compile(r"[A-Za-z0-9+/=_.-]{20,500}")
_MIN_KEY_BITS_PER_CHARACTER: Final = 3.0
"""Entropy below which a text in the form of a key is a placeholder."""
_MIN_PASSWORD_BITS_PER_CHARACTER: Final = 2.5
"""The same for a password, which is shorter."""
_MIN_BITS_PER_CHARACTER: Final = 3.5
"""Entropy from which a text of 20 characters or more looks random."""
_MIN_CAPITALS: Final = 8
"""Different ones, from which letters alone look random: words have fewer."""
_GETTERS: Final = frozenset({"get", "getenv", "setdefault", "pop"})


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

    `API_KEY = "…"`, `self.token = "…"`, `password="…"`, `{"x-api-key": "…"}`, a header
    `Authorization`, the default of a parameter or of `os.environ.get`, and that of a
    `Property.SecretText` are looked at, in the package only. So are addresses with a password
    of 8 characters or more, and signed tokens (JWT), whatever they are given to.
    """
    for module in piece.modules:
        for name, value in _named_literals(module):
            text = _SCHEME.sub("", literal_text(value), count=1)
            if _means_secret(name) and _is_secret(text):
                yield Problem(module.at(value), f"`{name}` is given a text that looks secret")
        unused = {id(statement.value) for statement, _ in module.each(ast.Expr)}
        for constant, _ in module.each(ast.Constant):
            if id(constant) not in unused and (what := _secret_within(literal_text(constant))):
                yield Problem(module.at(constant), f"this text holds {what}")


def _keys(text: str) -> Iterator[tuple[str, int]]:
    """Yield what each key in a text is, and where it begins."""
    for what, marker, form in _KEYS:
        if marker in text:
            for found in form.finditer(text):
                if _looks_random(found.group(1), bits=_MIN_KEY_BITS_PER_CHARACTER):
                    yield what, found.start()


def _means_secret(name: str) -> bool:
    """Whether `api_key`, `x-api-key` or `apiKey` is the name of a secret."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_")
    return _SECRET_NAME.search(snake.lower()) is not None


def _is_secret(text: str) -> bool:
    return (
        _RANDOM.fullmatch(text) is not None
        and any(map(str.isdigit, text))
        and _looks_random(text, bits=_MIN_BITS_PER_CHARACTER)
        and not any(_keys(text))
        and not _JWT.search(text)
    )


def _secret_within(text: str) -> str:
    """Return what secret a text holds, whatever it is for; empty if none."""
    if "eyJ" in text and (found := _JWT.search(text)) and _SAMPLE_JWT not in text:
        return (
            "a signed token" if _looks_random(found.group(), bits=_MIN_BITS_PER_CHARACTER) else ""
        )
    if "://" in text and (found := _ADDRESS.search(text)):
        password = found.group(1)
        is_random = _looks_random(password, bits=_MIN_PASSWORD_BITS_PER_CHARACTER)
        return "a password in an address" if is_random else ""
    return ""


def _named_literals(module: Module) -> Iterator[tuple[str, ast.expr]]:
    """Yield what is given a value, by its name, and the value."""
    for node, _ in module.each(ast.Assign, ast.AnnAssign, ast.NamedExpr):
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from _assigned(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield from _assigned(target, value)
            case ast.NamedExpr(target=target, value=value):
                yield target.id, value
            case _:
                pass
    for literal, _ in module.each(ast.Dict):
        for key, value in zip(literal.keys, literal.values, strict=True):
            yield literal_text(key), value
    for node, _ in module.each(ast.arguments):
        yield from _defaults(node)
    for call, _ in module.each(ast.Call):
        yield from _passed(call)


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match target, value:
        case ast.Subscript(slice=key), _:
            yield literal_text(key), value
        case ast.Tuple(elts=targets), ast.Tuple(elts=values) if len(targets) == len(values):
            yield from ((last_name(name), each) for name, each in zip(targets, values, strict=True))
        case _:
            yield last_name(target), value


def _defaults(arguments: ast.arguments) -> Iterator[tuple[str, ast.expr]]:
    positional = [*arguments.posonlyargs, *arguments.args]
    given = positional[len(positional) - len(arguments.defaults) :]
    for argument, value in zip(given, arguments.defaults, strict=True):
        yield argument.arg, value
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            yield argument.arg, default


def _passed(call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    called = last_name(call.func)
    for each in call.keywords:
        if called == "SecretText" and each.arg == "default_value":
            yield "SecretText", each.value
        yield each.arg or "", each.value
    if called in _GETTERS and len(call.args) > 1:
        yield literal_text(call.args[0]), call.args[1]


def _looks_random(text: str, *, bits: float) -> bool:
    words = (word.lower() for word in _WORD.findall(text))
    if _PLACEHOLDER.search(text) or any(map(_PLACEHOLDER_WORD.fullmatch, words)):
        return False
    counts = Counter(text)
    entropy = -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())
    capitals = {letter for letter in text if letter.isupper()}
    is_mixed = len(capitals) >= _MIN_CAPITALS or any(map(str.isdigit, text))
    return entropy >= bits and is_mixed and any(map(str.isalpha, text))


CHECKS: Final = (secret_key, secret_literal)
