"""The hooks of triggers, and what a connection is checked by."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Final

from pieces_framework.trigger import TriggerStrategy

from .finding import Place, Problem, Severity, check_for
from .module import Module, is_idle, keyword, literal_text
from .piece_files import PieceFiles
from .walking import Function, last_name

_HOOKS: Final = ("on_enable", "on_disable")
_CHECKED_AUTHS: Final = ("SecretText", "BasicAuth", "CustomAuth")


@check_for(
    "hook-pair",
    Severity.ERROR,
    hint="attach both: `@trigger.on_disable` undoes what `@trigger.on_enable` did",
)
def hook_pair(piece: PieceFiles) -> Iterator[Problem]:
    """A webhook trigger has both `on_enable` and `on_disable`.

    Without the one nothing asks the service to call, and without the other it calls flows that
    were switched off, for ever. Other triggers may have one alone. Importing the piece finds this
    too; the rule finds it in files that nobody imports, and on its line. Where a function attaches
    hooks to a trigger that it is given, nothing is said. What a trigger is the code tells, or else
    the metadata.
    """
    hooks = _attached(piece)
    made = set(_made(piece))
    elsewhere = {hook for name, hook in hooks if name not in made}
    for name, place in _webhooks(piece):
        for hook in _HOOKS:
            if (name, hook) not in hooks and hook not in elsewhere:
                yield Problem(place, f"the webhook trigger `{name}` has no `{hook}`")


@check_for(
    "disable-does-nothing",
    Severity.WARNING,
    hint="delete there what `on_enable` made, by the id it kept in `context.store`",
)
def disable_does_nothing(piece: PieceFiles) -> Iterator[Problem]:
    """If `on_enable` does something, `on_disable` undoes it: it is not empty."""
    hooks = _attached(piece)
    for name, _ in _webhooks(piece):
        enabling, disabling = hooks.get((name, "on_enable")), hooks.get((name, "on_disable"))
        if not enabling or not disabling or not enabling[1] or not disabling[1]:
            continue
        if is_idle(disabling[1].body) and not is_idle(enabling[1].body):
            message = f"`on_disable` of `{name}` does nothing, and `on_enable` does"
            yield Problem(disabling[0], message)


@check_for(
    "auth-unchecked",
    Severity.NOTE,
    hint="pass `validate=` with a function that makes a cheap request",
)
def auth_unchecked(piece: PieceFiles) -> Iterator[Problem]:
    """An auth has a `validate`, so that a mistyped key is refused while somebody is looking.

    Without it the first run of a flow fails instead.
    """
    for module in piece.modules:
        for call, _ in module.each(ast.Call):
            match call.func:
                case ast.Attribute(attr=kind, value=owner) if last_name(owner) == "PieceAuth":
                    named = {each.arg for each in call.keywords}  # `**options` is None
                    if kind in _CHECKED_AUTHS and not named & {"validate", None}:
                        yield Problem(module.at(call), f"the `{kind}` auth has no `validate`")
                case _:
                    pass


_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Attached = Mapping[tuple[str, str], tuple[Place, _Function | None]]
"""Where a hook of a trigger is attached, and its function if it is in the same place."""


def _attached(piece: PieceFiles) -> _Attached:
    found: dict[tuple[str, str], tuple[Place, _Function | None]] = {}
    functions = _functions(piece)
    for module in piece.modules:
        imported = {each.asname: each.name for each, _ in module.each(ast.alias) if each.asname}
        for expression, function in _attaching(module):
            match expression:
                case ast.Attribute(attr=hook, value=owner) if hook in _HOOKS:
                    name = last_name(owner)
                    attached = (
                        functions.get(imported.get(function, function))
                        if isinstance(function, str)
                        else function
                    )
                    found[imported.get(name, name), hook] = (module.at(expression), attached)
                case _:
                    pass
    return found


def _attaching(module: Module) -> Iterator[tuple[ast.expr, _Function | str]]:
    """Yield what may attach a hook: `@trigger.on_enable`, or `trigger.on_enable(function)`.

    With it comes the function, or else its name.
    """
    for call, _ in module.each(ast.Call):
        yield call.func, last_name(call.args[0]) if call.args else ""
    for node, _ in module.each(ast.FunctionDef, ast.AsyncFunctionDef):
        for decorator in node.decorator_list:
            yield decorator, node


def _functions(piece: PieceFiles) -> Mapping[str, _Function]:
    """Return each function whose name no other has."""
    found: dict[str, list[_Function]] = {}
    for module in piece.modules:
        for node, _ in module.each(ast.FunctionDef, ast.AsyncFunctionDef):
            found.setdefault(node.name, []).append(node)
    return {name: nodes[0] for name, nodes in found.items() if len(nodes) == 1}


def _webhooks(piece: PieceFiles) -> Iterator[tuple[str, Place]]:
    """Yield the name of each function that is made a webhook trigger, and the decorator's place."""
    known = {part.name: part.text("type") for part in piece.parts if part.kind == "trigger"}
    for module in piece.modules:
        for node, seen in module.each(ast.FunctionDef, ast.AsyncFunctionDef):
            for made in node.decorator_list:
                if not isinstance(made, ast.Call) or last_name(made.func) != "create_trigger":
                    continue
                declared = literal_text(keyword(made, "name"))
                strategy = _strategy(module, keyword(made, "strategy"), seen.function)
                if (strategy or known.get(declared)) == "WEBHOOK":
                    yield node.name, module.at(made)


def _made(piece: PieceFiles) -> Iterator[str]:
    """Yield the name of each function that a decorator makes a part of the piece."""
    for module in piece.modules:
        for node, _ in module.each(ast.FunctionDef, ast.AsyncFunctionDef):
            calls = [each for each in node.decorator_list if isinstance(each, ast.Call)]
            if any(last_name(call.func).startswith("create_") for call in calls):
                yield node.name


def _strategy(module: Module, given: ast.expr | None, function: Function | None) -> str:
    """Return the strategy that an expression surely is; empty if it says too little."""
    match given:
        case ast.Constant(value=str(strategy)) | ast.Attribute(attr=strategy):
            return strategy if strategy in TriggerStrategy.__members__ else ""
        case ast.Call(func=called, args=[value]) | ast.Subscript(value=called, slice=value):
            return literal_text(value) if last_name(called) == "TriggerStrategy" else ""
        case ast.Name(id=name):
            meaning = module.meaning(name, function)
            return "" if isinstance(meaning, ast.Name) else _strategy(module, meaning, function)
        case _:
            return ""


CHECKS: Final = (hook_pair, disable_does_nothing, auth_unchecked)
