"""What a piece's code does that it should not."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from typing import Final

from .finding import Place, Problem, Severity, check_for
from .module import is_false, keyword, literal_text
from .piece_files import PieceFiles
from .walking import last_name

_HTTP: Final = re.compile(r"http://([A-Za-z0-9.-]{1,253})(\S{0,200})")
_NEARBY: Final = re.compile(
    r"(?:.*\.)?(?:localhost|local|internal|test|example|invalid|lan|home)"
    r"|(?:10|127|0)\..*|192\.168\..*|172\.(?:1[6-9]|2\d|3[01])\..*|169\.254\..*|[^.]*"
)
"""Hosts that are on this machine, in its network, or nowhere."""
_NAMES_ONLY: Final = re.compile(
    r"(?:www\.)?(?:w3\.org|xmlsoap\.org|purl\.org|ns\.adobe\.com|json-schema\.org|example\..*)"
    r"|(?:schemas?|ns|xmlns)\..*|.*\.(?:xmlsoap\.org|openxmlformats\.org|example\.(?:com|org|net))"
)
"""Hosts in addresses that are names of vocabularies, and are never fetched."""
_NAME_PATH: Final = re.compile(r"/(?:.*/)?(?:ns|xmlns|schemas?|dtds?)(?:[/#].*)?")
"""Paths of such addresses on other hosts: `/schemas/sitemap/0.9`."""
_VERBS: Final = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request"})
_CLIENTS: Final = frozenset({"Client", "AsyncClient", "Session", "stream", "send"})
_EVALUATES: Final = frozenset({"eval", "exec"})
_NO_TLS: Final = frozenset({"ssl._create_unverified_context", "ssl._create_stdlib_context"})


@check_for(
    "syntax-error",
    Severity.ERROR,
    hint="correct the file",
)
def syntax_error(piece: PieceFiles) -> Iterator[Problem]:
    """Every file of the package is Python.

    Nothing is said if `requires-python` asks for a Python newer than the one that checks.
    """
    if _newer_python(piece):
        return
    for module in piece.modules:
        if module.error is not None:
            place = Place(module.path, module.error.lineno)
            yield Problem(place, f"the file is not valid Python: {module.error.msg}")


@check_for(
    "print-call",
    Severity.WARNING,
    hint="return what the flow shall see; for the rest use `logging`",
)
def print_call(piece: PieceFiles) -> Iterator[Problem]:
    """A piece does not print: nobody sees it, and credentials end in logs that way."""
    for module in piece.modules:
        for call, seen in module.each(ast.Call):
            if module.dotted(call.func) == "print" and not seen.idle:
                yield Problem(module.at(call), "the piece prints")


@check_for(
    "code-from-text",
    Severity.WARNING,
    hint="read data by `json.loads` or `ast.literal_eval`",
)
def code_from_text(piece: PieceFiles) -> Iterator[Problem]:
    """A piece does not run text as code: `eval` and `exec` do whatever a flow's input says."""
    for module in piece.modules:
        for call, _ in module.each(ast.Call):
            if (name := module.dotted(call.func)) in _EVALUATES:
                yield Problem(module.at(call), f"`{name}` runs text as code")


@check_for(
    "tls-unverified",
    Severity.ERROR,
    hint="leave it out; for a private authority pass its certificate as `verify=`",
)
def tls_unverified(piece: PieceFiles) -> Iterator[Problem]:
    """Certificates are verified.

    `verify=False` in a call that sends a request, and a TLS context that accepts anything, hand
    the connection's secret to whoever is between.
    """
    for module in piece.modules:
        for node, _ in module.each(ast.Call, ast.Assign):
            match node:
                case ast.Call(func=function) as call if is_false(keyword(call, "verify")):
                    found = last_name(function) in _VERBS | _CLIENTS
                case ast.Call(func=function):
                    found = module.dotted(function) in _NO_TLS
                case ast.Assign(targets=[ast.Attribute(attr="verify_mode")], value=value):
                    found = module.dotted(value) == "ssl.CERT_NONE"
                case _:
                    continue
            if found:
                yield Problem(module.at(node), "the server's certificate is not verified")


@check_for(
    "plain-http",
    Severity.WARNING,
    hint="write `https://`",
)
def plain_http(piece: PieceFiles) -> Iterator[Problem]:
    """Services are called by https.

    A text that begins with `http://` and a public host is found. The own machine, private
    networks, names for examples, addresses that only name an XML vocabulary, and docstrings are
    not.
    """
    for module in piece.modules:
        unused = {id(statement.value) for statement, _ in module.each(ast.Expr)}
        for node, _ in module.each(ast.Constant):
            if id(node) in unused or (found := _HTTP.match(literal_text(node))) is None:
                continue
            host, path = found.group(1).lower(), found.group(2)
            is_name = _NAMES_ONLY.fullmatch(host) or _NAME_PATH.fullmatch(path)
            if not is_name and not _NEARBY.fullmatch(host):
                yield Problem(module.at(node), f"`{host[:80]}` is called without encryption")


@check_for(
    "todo-comment",
    Severity.NOTE,
    hint="do it, or make an issue of it",
)
def todo_comment(piece: PieceFiles) -> Iterator[Problem]:
    """No comment says `TODO`, `FIXME` or `XXX`: a piece is published whole."""
    for module in piece.modules:
        for number, comment in module.comments:
            if found := _TODO.match(comment):
                yield Problem(Place(module.path, number), f"there is a {found.group(1)} left")


_TODO: Final = re.compile(r"#+\s{0,8}(TODO|FIXME|XXX)\b")


def _newer_python(piece: PieceFiles) -> bool:
    asked = re.search(r">=?\s*3\.(\d{1,3})", piece.requires_python)
    return asked is not None and int(asked.group(1)) > sys.version_info.minor


CHECKS: Final = (
    syntax_error,
    print_call,
    code_from_text,
    tls_unverified,
    plain_http,
    todo_comment,
)
