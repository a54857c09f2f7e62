"""What our scaffolding shall make of names, worked out apart from how it does, and why."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

SNAKE_CASE: Final = "snake-case-names"
UNUSABLE: Final = "unusable-names-refused"
HYPHENS: Final = "hyphens-stay-inside"
PACKAGE: Final = "package-distribution"
ONE_PIECE: Final = "one-piece-per-package"
TITLED: Final = "titled-display-name"
LAYOUT: Final = "python-layout"
EXIT_CODE: Final = "bad-name-is-usage"
REASONS: Final = {
    SNAKE_CASE: "file, function and stored name are one snake_case word of ASCII letters, digits",
    UNUSABLE: "a display name that leaves no Python name is refused, and nothing is written",
    HYPHENS: "a name neither begins nor ends with a hyphen, nor has two in a row",
    PACKAGE: "the package is a Python distribution: `@acme/piece-x` is `acme-piece-x`",
    ONE_PIECE: "two pieces of a workspace are never the same package",
    TITLED: "each word of the display name begins with a capital, and hyphens are spaces",
    LAYOUT: "a piece is a Python package with tests, below `pieces/`",
    EXIT_CODE: "a name that cannot be is a mistake in the command: exit code 2",
}
_MAX_LENGTH: Final = 50
_TREE: Final = (
    "AGENTS.md",
    "CHANGELOG.md",
    "README.md",
    "pyproject.toml",
    "{module}/__init__.py",
    "{module}/actions/__init__.py",
    "{module}/py.typed",
    "{module}/triggers/__init__.py",
    "tests/test_{module}.py",
)


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What we do, and the rules by which it differs."""

    outcome: Mapping[str, Any]
    rules: frozenset[str]


def part(display_name: str) -> Expected:
    """Return what `actions create` shall make of a display name."""
    folded = unicodedata.normalize("NFKD", display_name)
    kept = "".join(each for each in folded if ord(each) < 128 and each != "'")
    words = "".join(each if each.isalnum() else " " for each in kept.lower()).split()
    name = ""
    for word in words:
        longer = f"{name}_{word}" if name else word[:_MAX_LENGTH]
        if len(longer) > _MAX_LENGTH:
            break
        name = longer
    if not name or name[0].isdigit() or name in keyword.kwlist:
        return Expected(outcome={"exit_code": 2}, rules=frozenset({UNUSABLE}))
    if any("\ud800" <= each <= "\udfff" for each in display_name):
        return Expected(outcome={"exit_code": 1}, rules=frozenset({UNUSABLE}))
    outcome = {"exit_code": 0, "file": name, "name": name}
    return Expected(outcome=outcome, rules=frozenset({SNAKE_CASE}))


@dataclass(frozen=True)
class Scaffold:
    """A workspace in which we make pieces, one after another."""

    _packages: dict[str, str] = field(default_factory=dict[str, str])
    """Name by distribution."""

    def create(self, name: str, package: str, original: Mapping[str, Any]) -> Expected:
        """Return what `pieces create` shall do.

        Args:
            name: the piece's.
            package: as it is given.
            original: what the original does there, in a folder of its own.
        """
        said = original["messages"][0] if original["exit_code"] else ""
        if said.startswith("🚨 Invalid piece"):
            return _refused(2, EXIT_CODE)
        if not all(name.split("-")):
            return _refused(2, HYPHENS)
        if name in self._packages.values():
            return Expected(outcome={"exit_code": 1}, rules=frozenset())
        if said.startswith("🚨 Invalid package"):
            return _refused(2, EXIT_CODE)
        distribution = _distribution(package)
        if distribution.startswith("-") or distribution.endswith("-"):
            return _refused(2, HYPHENS)
        if distribution in self._packages:
            return _refused(1, ONE_PIECE)
        self._packages[distribution] = name
        return _made(name, distribution, package, original)


def _made(name: str, distribution: str, package: str, original: Mapping[str, Any]) -> Expected:
    words = name.split("-")
    module = f"piece_{'_'.join(words)}"
    outcome = {
        "exit_code": 0,
        "path": f"pieces/custom/{name}",
        "identifier": _variable(name),
        "displayName": " ".join(word[:1].upper() + word[1:] for word in words),
        "is_declared": True,
        "logoUrl": original.get("logoUrl", f"https://cdn.activepieces.com/pieces/{name}.png"),
        "package": distribution,
        "tree": sorted(path.format(module=module) for path in _TREE),
    }
    rules = {LAYOUT}
    rules |= {SNAKE_CASE} if outcome["identifier"] != original.get("identifier") else set()
    rules |= {TITLED} if outcome["displayName"] != original.get("displayName") else set()
    rules |= {PACKAGE} if distribution != package else set()
    return Expected(outcome=outcome, rules=frozenset(rules))


def _refused(exit_code: int, rule: str) -> Expected:
    return Expected(outcome={"exit_code": exit_code}, rules=frozenset({rule}))


def _distribution(package: str) -> str:
    scope, slash, name = package.removeprefix("@").rpartition("/")
    text = f"{scope}-{name}" if slash and scope != "activepieces" else name
    return "-".join(re.split("-+", text.lower()))


def _variable(name: str) -> str:
    text = name.replace("-", "_")
    if text[0].isdigit():
        return f"piece_{text}"
    taken = keyword.iskeyword(text) or hasattr(builtins, text) or text in _BOUND
    return f"{text}_" if taken or text.startswith("test_") else text


_BOUND: Final = frozenset(
    {"actions", "annotations", "auth", "context", "driver", "item", "items", "json"}
    | {"make_context", "piece", "polls", "result", "store", "subscribe", "subscribed", "text"}
    | {"triggers", "unsubscribe", "connection", "parse_props", "props", "pytest"}
    | {"create_action", "create_piece", "create_polling_trigger", "create_trigger"}
)
"""Names that generated modules bind beside the author's own."""
