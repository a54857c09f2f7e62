"""Every rule by which a change is judged, and the changes they find.

No break can be hidden in steps: where going from A to C breaks, going from A to B or from B to C
breaks too, whatever B is. A verdict depends on two documents only, and who changes one keeps this:

- If adding X is mild, no mild change may turn X into something whose addition breaks.
- If two changes are mild one after the other, they are mild made at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Final


class Severity(IntEnum):
    """What a change asks of the next version; the greater, the more."""

    FIX = 1
    """Nothing is new, and nothing breaks: a patch."""
    FEATURE = 2
    """Something is new, and nothing breaks: a minor version."""
    BREAKING = 3
    """Flows may fail, or go on otherwise: a major version, below 1.0 a minor one."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One difference between two documents, judged."""

    path: str
    """Where: `actions.send.props.to`. Of what was removed, in the old document."""
    severity: Severity
    rule: str
    """A key of `RULES`."""
    message: str
    """What is different, without any value that might be a secret."""
    hint: str = ""
    """What to do instead, if anything."""
    ours: bool
    """Whether the verdict is not the product documentation's but ours."""
    source: str
    """The documented rule that says so, or why we do."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One kind of change, and the verdict on it."""

    id: str
    severity: Severity
    source: str
    """The documented rule that says so, or why we do."""
    ours: bool = False
    hint: str = ""

    def change(self, path: str, message: str) -> Change:
        """Return the change that the rule found."""
        return Change(
            path=path,
            severity=self.severity,
            rule=self.id,
            message=message,
            hint=self.hint,
            ours=self.ours,
            source=self.source,
        )


REMOVAL: Final = "any removal breaks"
REQUIRED: Final = "any required addition breaks"
ADDED: Final = "an addition not required does not break"
ELSE: Final = "anything else does not break"

_KEEP_KEY: Final = "keep the key in the results, and the old value under it"


def _breaking(id_: str, source: str, hint: str = "") -> Rule:
    return Rule(id=id_, severity=Severity.BREAKING, source=source, hint=hint)


def _ours(id_: str, source: str, hint: str = "") -> Rule:
    return Rule(id=id_, severity=Severity.BREAKING, source=source, hint=hint, ours=True)


def _feature(id_: str, source: str = ADDED) -> Rule:
    return Rule(id=id_, severity=Severity.FEATURE, source=source)


def _fix(id_: str) -> Rule:
    return Rule(id=id_, severity=Severity.FIX, source=ELSE)


_RULES: Final = (
    _breaking("action-removed", REMOVAL, "keep it, deprecated, until a version that may break"),
    _breaking("trigger-removed", REMOVAL, "keep it, deprecated, until a version that may break"),
    _feature("action-added"),
    _feature("trigger-added"),
    _breaking("prop-removed", REMOVAL, "keep the prop, and let the code ignore it"),
    _breaking("required-prop-added", REQUIRED, "add it as an optional prop"),
    _breaking("prop-now-required", REQUIRED, "leave it optional, and refuse in the code"),
    _feature("optional-prop-added"),
    _feature("prop-now-optional", ELSE),
    _ours("prop-type-changed", "stored values were made for the old type", "add another prop"),
    _fix("text-kind-changed"),
    _ours("array-rows-changed", "stored items are of the old form", "add another prop"),
    _ours("default-changed", "a step that leaves the prop empty gets another value"),
    _ours(
        "default-added-to-optional",
        "a step that leaves the prop empty got nothing, and now gets a value",
    ),
    _breaking("default-removed", REMOVAL, "keep the default"),
    _feature("default-added"),
    _breaking("option-removed", REMOVAL, "keep the option"),
    _feature("option-added"),
    _fix("option-relabelled"),
    _ours("constraint-tightened", "stored values that passed may be refused"),
    _feature("constraint-loosened", ELSE),
    Rule(
        id="note-changed",
        severity=Severity.FIX,
        source="a Markdown text holds no value, so its removal takes nothing from a flow",
        ours=True,
    ),
    _breaking("auth-removed", REMOVAL, "keep it beside the new one, as one of several"),
    _breaking("auth-type-changed", REMOVAL, "keep the old one beside it, as one of several"),
    _breaking("auth-required", REQUIRED, "add it with `required=False`"),
    _feature("auth-added"),
    _feature("auth-now-optional", ELSE),
    _breaking("scope-removed", REMOVAL),
    _ours("scope-added", "connections made before lack it until their owners sign in again"),
    _ours("grant-type-changed", "connections were made in the old way"),
    _ours("token-url-changed", "the tokens of existing connections are refreshed elsewhere"),
    _ours("authorization-method-changed", "the tokens of existing connections are asked otherwise"),
    _fix("sign-in-url-changed"),
    _breaking("connection-required", REQUIRED, "keep `require_auth=False`"),
    _feature("connection-now-optional", ELSE),
    _ours("strategy-changed", "triggers that are on are registered in the old way"),
    _breaking("handshake-removed", REMOVAL),
    _ours("handshake-changed", "services that are connected send handshakes of the old form"),
    _feature("handshake-added"),
    _breaking("renewal-removed", REMOVAL),
    _feature("renewal-added"),
    _fix("renewal-changed"),
    _fix("test-strategy-changed"),
    _breaking("output-removed", REMOVAL, _KEEP_KEY),
    _feature("output-added"),
    _ours("output-type-changed", "steps that read the value get another kind of it", _KEEP_KEY),
    _ours("output-nesting-changed", "keys that steps read became data, or the reverse"),
    _ours("output-schema-removed", "nothing says any more what a result holds"),
    _feature("output-schema-added"),
    _ours("sample-type-changed", "without a schema, samples say what steps may read"),
    _fix("output-format-changed"),
    _fix("sample-changed"),
    _ours("audience-narrowed", "an agent loses a tool, or people an action that they know"),
    _feature("audience-widened"),
    _fix("classification-changed"),
    _feature("deprecated"),
    _fix("deprecation-changed"),
    _ours("releases-narrowed", "instances of some releases are not offered it any more"),
    _feature("releases-widened", ELSE),
    _fix("text-changed"),
    _fix("form-changed"),
    _fix("written-otherwise"),
    _fix("other-changed"),
)

RULES: Final = MappingProxyType({rule.id: rule for rule in _RULES})
"""By id."""
