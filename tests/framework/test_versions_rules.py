"""One case at least for each kind of change that metadata can show."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from pieces_framework.versions import RULES, Severity, compare
from tests.framework.versions_documents import SECRET, edited, piece_document

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "versions.md"
PIECE: Final = piece_document()
GONE: Final[Any] = ...
PROPS, FIELDS = "actions.order.props", "actions.order.outputSchema.fields"
SAMPLE = "triggers.sold.sampleData"
OAUTH2: Final[dict[str, Any]] = {
    "type": "OAUTH2",
    "displayName": "Sign in",
    "required": False,
    "authUrl": "https://example.com/auth",
    "tokenUrl": "https://example.com/token",
    "scope": ["read", "write"],
}
TEXT: Final = {"type": "SHORT_TEXT", "displayName": "New", "required": False}
NOTE: Final = {"type": "MARKDOWN", "displayName": "", "description": "Hot.", "required": False}
ACTION: Final = PIECE["actions"]["refund"]
CUSTOM_AUTH: Final = PIECE["auth"]


@dataclass(frozen=True)
class Case:
    """An edit, and the one rule that it meets."""

    rule: str
    edit: tuple[str, Any]
    """A path, and what is there afterwards."""
    before: tuple[tuple[str, Any], ...] = ()
    """What is edited in the old document too."""
    at: str = ""
    """The path reported, if it is not the edited one."""


def options(*values: str) -> dict[str, Any]:
    return {"disabled": False, "options": [{"label": each, "value": each} for each in values]}


CASES: Final = {
    # The documented examples.
    "an existing action removed": Case("action-removed", ("actions.refund", GONE)),
    "a required action prop added": Case(
        "required-prop-added", (f"{PROPS}.new", TEXT | {"required": True})
    ),
    "an existing required prop removed": Case("prop-removed", (f"{PROPS}.flavor", GONE)),
    "an existing optional prop removed": Case("prop-removed", (f"{PROPS}.topping", GONE)),
    "an attribute of an action's output removed": Case(
        "output-removed", (f"{FIELDS}.0", GONE), at=f"{FIELDS}.id"
    ),
    "a new action added": Case("action-added", ("actions.new", ACTION)),
    "an optional action prop added": Case("optional-prop-added", (f"{PROPS}.new", TEXT)),
    "an attribute of an action's output added": Case(
        "output-added", (f"{FIELDS}.3", {"key": "new"}), at=f"{FIELDS}.new"
    ),
    # Actions and triggers.
    "a trigger removed": Case("trigger-removed", ("triggers.sold", GONE)),
    "a trigger added": Case("trigger-added", ("triggers.new", PIECE["triggers"]["sold"])),
    "all actions unreadable": Case(
        "action-removed", ("actions", "?"), (("actions", {"a": ACTION}),), at="actions.a"
    ),
    "an action that is no object": Case(
        "written-otherwise", ("actions.new", 2), (("actions.new", 1),)
    ),
    # Properties.
    "a required prop with a default added": Case(
        "required-prop-added", (f"{PROPS}.new", TEXT | {"required": True, "defaultValue": "x"})
    ),
    "a trigger's required prop added": Case(
        "required-prop-added", ("triggers.sold.props.new", TEXT | {"required": True})
    ),
    "an optional prop became required": Case(
        "prop-now-required", (f"{PROPS}.topping.required", True)
    ),
    "a required prop became optional": Case(
        "prop-now-optional", (f"{PROPS}.flavor.required", False)
    ),
    "a prop's type changed": Case("prop-type-changed", (f"{PROPS}.flavor.type", "NUMBER")),
    "a prop's type gone": Case("prop-type-changed", (f"{PROPS}.flavor.type", GONE)),
    "short text became long": Case("text-kind-changed", (f"{PROPS}.flavor.type", "LONG_TEXT")),
    "a prop became unreadable": Case(
        "prop-type-changed", (f"{PROPS}.flavor", 1), at=f"{PROPS}.flavor.type"
    ),
    "a default changed": Case("default-changed", (f"{PROPS}.scoops.defaultValue", 3)),
    "a default of another kind": Case("default-changed", (f"{PROPS}.scoops.defaultValue", "2")),
    "a secret default changed": Case("default-changed", (f"{PROPS}.password.defaultValue", "x")),
    "a default removed": Case("default-removed", (f"{PROPS}.scoops.defaultValue", GONE)),
    "a default became null": Case("default-removed", (f"{PROPS}.scoops.defaultValue", None)),
    "a default for an optional prop": Case(
        "default-added-to-optional", (f"{PROPS}.topping.defaultValue", "nuts")
    ),
    "a default for a required prop": Case(
        "default-added", (f"{PROPS}.flavor.defaultValue", "lemon")
    ),
    "a default that says nothing": Case(
        "written-otherwise", (f"{PROPS}.flavor.defaultValue", None)
    ),
    "an option removed": Case("option-removed", (f"{PROPS}.size.options.options.1", GONE)),
    "all options unreadable": Case(
        "option-removed",
        (f"{PROPS}.size.options", 1),
        ((f"{PROPS}.size.options", options("s")),),
        at=f"{PROPS}.size.options.options.0",
    ),
    "an option added": Case(
        "option-added", (f"{PROPS}.size.options.options.2", {"label": "Huge", "value": "h"})
    ),
    "an option relabelled": Case(
        "option-relabelled",
        (f"{PROPS}.size.options.options.0.label", "Tiny"),
        at=f"{PROPS}.size.options.options.0",
    ),
    "an option's value is true and not 1": Case(
        "option-removed",
        (f"{PROPS}.size.options.options", []),
        ((f"{PROPS}.size.options.options", [{"label": "One", "value": True}]),),
        at=f"{PROPS}.size.options.options.0",
    ),
    "options in another order": Case(
        "written-otherwise",
        (f"{PROPS}.size.options", options("b", "a")),
        ((f"{PROPS}.size.options", options("a", "b")),),
    ),
    "a minimum raised": Case("constraint-tightened", (f"{PROPS}.scoops.constraints.minimum", 2)),
    "a minimum lowered": Case("constraint-loosened", (f"{PROPS}.scoops.constraints.minimum", 0)),
    "a minimum became exclusive": Case(
        "constraint-tightened",
        (f"{PROPS}.scoops.constraints", {"exclusiveMinimum": 1, "maximum": 5}),
        at=f"{PROPS}.scoops.constraints.minimum",
    ),
    "a minimum that another outdoes": Case(
        "written-otherwise",
        (f"{PROPS}.scoops.constraints", {"exclusiveMinimum": 0, "minimum": 1, "maximum": 5}),
    ),
    "a maximum lowered": Case("constraint-tightened", (f"{PROPS}.scoops.constraints.maximum", 4)),
    "a maximum raised": Case("constraint-loosened", (f"{PROPS}.scoops.constraints.maximum", 6)),
    "a maximum removed": Case("constraint-loosened", (f"{PROPS}.scoops.constraints.maximum", GONE)),
    "a length tightened": Case(
        "constraint-tightened", (f"{PROPS}.topping.constraints.maxLength", 3)
    ),
    "a length loosened": Case("constraint-loosened", (f"{PROPS}.topping.constraints.minLength", 1)),
    "a pattern added": Case("constraint-tightened", (f"{PROPS}.topping.constraints.pattern", "^a")),
    "a pattern changed": Case(
        "constraint-tightened",
        (f"{PROPS}.topping.constraints.pattern", "^b"),
        ((f"{PROPS}.topping.constraints.pattern", "^a"),),
    ),
    "a pattern removed": Case(
        "constraint-loosened",
        (f"{PROPS}.topping.constraints.pattern", GONE),
        ((f"{PROPS}.topping.constraints.pattern", "^a"),),
    ),
    "a step of which the old is a multiple": Case(
        "constraint-loosened",
        (f"{PROPS}.scoops.constraints.multipleOf", 0.1),
        ((f"{PROPS}.scoops.constraints.multipleOf", 0.3),),
    ),
    "a step of which the old is no multiple": Case(
        "constraint-tightened",
        (f"{PROPS}.scoops.constraints.multipleOf", 2),
        ((f"{PROPS}.scoops.constraints.multipleOf", 3),),
    ),
    "a step of nothing": Case(
        "written-otherwise",
        (f"{PROPS}.scoops.constraints.multipleOf", 0),
        at=f"{PROPS}.scoops.constraints",
    ),
    "a length of at least nothing": Case(
        "written-otherwise",
        (f"{PROPS}.flavor.constraints", {"minLength": 0, "minItems": -1}),
    ),
    "a least length of nothing removed": Case(
        "written-otherwise",
        (f"{PROPS}.flavor.constraints", {}),
        ((f"{PROPS}.flavor.constraints", {"minLength": 0}),),
    ),
    "a minimum of nothing, which refuses what is below": Case(
        "constraint-tightened",
        (f"{PROPS}.scoops.constraints.minimum", 0),
        ((f"{PROPS}.scoops.constraints", {}),),
    ),
    "a constraint without a name": Case(
        "constraint-tightened",
        (f"{PROPS}.scoops.constraints", {"": 1}),
        ((f"{PROPS}.scoops.constraints", {}),),
        at=f'{PROPS}.scoops.constraints[""]',
    ),
    "a constraint no rule knows": Case(
        "constraint-tightened", (f"{PROPS}.topping.constraints.odd", {"x": 1})
    ),
    "a row's required prop added": Case(
        "required-prop-added", (f"{PROPS}.extras.properties.new", TEXT | {"required": True})
    ),
    "a row's prop removed": Case("prop-removed", (f"{PROPS}.extras.properties.name", GONE)),
    "rows became texts": Case("array-rows-changed", (f"{PROPS}.extras.properties", GONE)),
    "texts became rows": Case("array-rows-changed", (f"{PROPS}.tags.properties", {})),
    "a note changed": Case("text-changed", ("actions.order.description", "Orders")),
    "a Markdown text removed": Case("note-changed", (f"{PROPS}.note", GONE)),
    "a Markdown text added": Case("note-changed", (f"{PROPS}.new", NOTE)),
    "a Markdown text became a prop": Case("optional-prop-added", (f"{PROPS}.note", TEXT)),
    "a prop became a Markdown text": Case("prop-removed", (f"{PROPS}.topping", NOTE)),
    "refreshers changed": Case("form-changed", (f"{PROPS}.flavor.refreshers", ["auth"])),
    "property groups changed": Case("form-changed", ("actions.order.propertyGroups", [])),
    "a display name changed": Case("text-changed", (f"{PROPS}.flavor.displayName", "Taste")),
    "an old auth prop's scope": Case(
        "scope-removed", (f"{PROPS}.old.scope", ["read"]), ((f"{PROPS}.old", OAUTH2),)
    ),
    # Credentials.
    "a required auth added": Case("auth-required", ("auth", CUSTOM_AUTH), (("auth", GONE),)),
    "an optional auth added": Case("auth-added", ("auth", OAUTH2), (("auth", GONE),)),
    "an auth beside another": Case(
        "auth-added", ("auth.1", OAUTH2 | {"required": True}), (("auth", [CUSTOM_AUTH]),)
    ),
    "an auth removed": Case("auth-removed", ("auth", GONE)),
    "one of several auths removed": Case(
        "auth-removed", ("auth.0", GONE), (("auth", [CUSTOM_AUTH, OAUTH2]),)
    ),
    "an auth's type changed": Case("auth-type-changed", ("auth", OAUTH2)),
    "an auth became required": Case("auth-required", ("auth.required", True), (("auth", OAUTH2),)),
    "an auth became optional": Case("auth-now-optional", ("auth.required", False)),
    "a custom auth's required prop added": Case(
        "required-prop-added", ("auth.props.new", TEXT | {"required": True})
    ),
    "a custom auth's prop removed": Case("prop-removed", ("auth.props.key", GONE)),
    "an OAuth2 prop added": Case(
        "required-prop-added",
        ("auth.props", {"shop": TEXT | {"required": True}}),
        (("auth", OAUTH2),),
        at="auth.props.shop",
    ),
    "a scope added": Case(
        "scope-added", ("auth.scope.2", "pay"), (("auth", OAUTH2),), "auth.scope"
    ),
    "a scope removed": Case(
        "scope-removed", ("auth.scope.0", GONE), (("auth", OAUTH2),), "auth.scope"
    ),
    "scopes in another order": Case(
        "written-otherwise", ("auth.scope", ["write", "read"]), (("auth", OAUTH2),)
    ),
    "another grant": Case(
        "grant-type-changed", ("auth.grantType", "client_credentials"), (("auth", OAUTH2),)
    ),
    "the grant it was": Case(
        "written-otherwise", ("auth.grantType", "authorization_code"), (("auth", OAUTH2),)
    ),
    "another token URL": Case("token-url-changed", ("auth.tokenUrl", "x"), (("auth", OAUTH2),)),
    "client id and secret sent otherwise": Case(
        "authorization-method-changed",
        ("auth.authorizationMethod", "HEADER"),
        (("auth", OAUTH2),),
    ),
    "client id and secret sent as by default": Case(
        "written-otherwise", ("auth.authorizationMethod", "BODY"), (("auth", OAUTH2),)
    ),
    "another URL to sign in": Case(
        "sign-in-url-changed", ("auth.authUrl", "x"), (("auth", OAUTH2),)
    ),
    "the second of two auths of one type removed": Case(
        "auth-removed", ("auth.1", GONE), (("auth", [CUSTOM_AUTH, CUSTOM_AUTH]),)
    ),
    "a second auth of one type added": Case(
        "auth-added", ("auth.1", CUSTOM_AUTH), (("auth", [CUSTOM_AUTH]),)
    ),
    "a scope of the second of two auths of one type added": Case(
        "scope-added",
        ("auth.1.scope.2", "pay"),
        (("auth", [OAUTH2, OAUTH2 | {"scope": ["read", "write"]}]),),
        at="auth.1.scope",
    ),
    "an auth in a list": Case("written-otherwise", ("auth", [CUSTOM_AUTH])),
    "a connection required": Case(
        "connection-required",
        ("actions.order.requireAuth", True),
        (("actions.order.requireAuth", False),),
    ),
    "a connection required as by default": Case(
        "connection-required",
        ("actions.order.requireAuth", GONE),
        (("actions.order.requireAuth", False),),
    ),
    "a connection not required": Case(
        "connection-now-optional", ("actions.order.requireAuth", False)
    ),
    "a connection required as it was by default": Case(
        "written-otherwise", ("actions.order.requireAuth", GONE)
    ),
    # Triggers.
    "no handshake, said otherwise": Case(
        "written-otherwise",
        ("triggers.sold.handshakeConfiguration", GONE),
        (("triggers.sold.handshakeConfiguration", {"strategy": "NONE"}),),
    ),
    "no renewal, said otherwise": Case(
        "written-otherwise",
        ("triggers.sold.renewConfiguration", {"strategy": "NONE"}),
        (("triggers.sold.renewConfiguration", GONE),),
    ),
    "a strategy changed": Case("strategy-changed", ("triggers.sold.type", "POLLING")),
    "a handshake removed": Case(
        "handshake-removed", ("triggers.sold.handshakeConfiguration", {"strategy": "NONE"})
    ),
    "a handshake changed": Case(
        "handshake-changed",
        ("triggers.sold.handshakeConfiguration.paramName", "X-Ping"),
        at="triggers.sold.handshakeConfiguration",
    ),
    "a handshake added": Case(
        "handshake-added",
        ("triggers.sold.handshakeConfiguration", {"strategy": "HEADER_PRESENT"}),
        (("triggers.sold.handshakeConfiguration", {"strategy": "NONE"}),),
    ),
    "a renewal removed": Case("renewal-removed", ("triggers.sold.renewConfiguration", GONE)),
    "a renewal at other times": Case(
        "renewal-changed",
        ("triggers.sold.renewConfiguration.cronExpression", "0 1 * * *"),
        at="triggers.sold.renewConfiguration",
    ),
    "a renewal added": Case(
        "renewal-added",
        ("triggers.sold.renewConfiguration", {"strategy": "CRON"}),
        (("triggers.sold.renewConfiguration", GONE),),
    ),
    "another way to test": Case(
        "test-strategy-changed", ("triggers.sold.testStrategy", "TEST_FUNCTION")
    ),
    # Outputs by the schema.
    "a nested output removed": Case(
        "output-removed",
        (f"{FIELDS}.1.children.0", GONE),
        at=f"{FIELDS}.customer.children.name",
    ),
    "an output of items removed": Case(
        "output-removed", (f"{FIELDS}.2.listItems", GONE), at=f"{FIELDS}.lines.listItems.price"
    ),
    "an output of items added": Case(
        "output-added",
        (f"{FIELDS}.2.listItems.1", {"key": "tax"}),
        at=f"{FIELDS}.lines.listItems.tax",
    ),
    "a number became true or false": Case(
        "output-type-changed", (f"{FIELDS}.0.format", "boolean"), at=f"{FIELDS}.id"
    ),
    "a number became anything": Case(
        "output-type-changed", (f"{FIELDS}.0.format", GONE), at=f"{FIELDS}.id"
    ),
    "a number became an amount": Case(
        "output-format-changed", (f"{FIELDS}.0.format", "currency"), at=f"{FIELDS}.id.format"
    ),
    "an amount became a number, which may be text too": Case(
        "output-format-changed",
        (f"{FIELDS}.0.format", "number"),
        ((f"{FIELDS}.0.format", "duration"),),
        at=f"{FIELDS}.id.format",
    ),
    "a number became a time, which may be a number too": Case(
        "output-type-changed", (f"{FIELDS}.0.format", "datetime"), at=f"{FIELDS}.id"
    ),
    "a text is said to be a mail address": Case(
        "output-format-changed",
        (f"{FIELDS}.1.children.1.format", "email"),
        at=f"{FIELDS}.customer.children.mail.format",
    ),
    "a text that was said to be a mail address is not any more": Case(
        "output-format-changed",
        (f"{FIELDS}.0.format", GONE),
        ((f"{FIELDS}.0.format", "email"),),
        at=f"{FIELDS}.id.format",
    ),
    "a number became a list": Case(
        "output-type-changed",
        (f"{FIELDS}.0", {"key": "id", "listItems": []}),
        ((f"{FIELDS}.0.listItems", []),),
        at=f"{FIELDS}.id",
    ),
    "keys became data": Case(
        "output-nesting-changed",
        (f"{FIELDS}.1.dynamicKey", True),
        at=f"{FIELDS}.customer.dynamicKey",
    ),
    "a label changed": Case(
        "text-changed", (f"{FIELDS}.0.label", "Number"), at=f"{FIELDS}.id.label"
    ),
    "a schema removed": Case("output-schema-removed", ("actions.order.outputSchema", GONE)),
    "a schema that says nothing": Case(
        "output-schema-removed",
        (FIELDS, []),
        at="actions.order.outputSchema",
    ),
    "a schema where nothing was said": Case(
        "output-schema-added", ("actions.refund.outputSchema", {"fields": [{"key": "id"}]})
    ),
    "a sample where there is a schema": Case(
        "sample-changed",
        ("actions.order.sampleData", {}),
        (("actions.order.sampleData", {"id": 1}),),
    ),
    # Outputs by the sample.
    "a key removed from sample data": Case("output-removed", (f"{SAMPLE}.id", GONE)),
    "a nested key removed from sample data": Case("output-removed", (f"{SAMPLE}.buyer.name", GONE)),
    "a key removed from the only item with it": Case(
        "output-removed", (f"{SAMPLE}.lines.0", {}), at=f"{SAMPLE}.lines[].price"
    ),
    "a key that another item still has": Case(
        "sample-changed",
        (f"{SAMPLE}.lines.0", {}),
        ((f"{SAMPLE}.lines.1", {"price": 2}),),
        at=SAMPLE,
    ),
    "a key added to sample data": Case("output-added", (f"{SAMPLE}.new", 1)),
    "another value of the same kind": Case("sample-changed", (f"{SAMPLE}.id", 8), at=SAMPLE),
    "a number in the sample became text": Case("sample-type-changed", (f"{SAMPLE}.id", "7")),
    "a number in the sample became null": Case("sample-type-changed", (f"{SAMPLE}.id", None)),
    "a list in the sample became empty": Case(
        "output-removed", (f"{SAMPLE}.lines", []), at=f"{SAMPLE}.lines[].price"
    ),
    "null in the sample became text": Case(
        "sample-changed", (f"{SAMPLE}.buyer.mail", "a@b"), at=SAMPLE
    ),
    # The rest.
    "an audience narrowed": Case("audience-narrowed", ("actions.order.audience", "human")),
    "an audience widened": Case(
        "audience-widened", ("actions.order.audience", "both"), (("actions.order.audience", "ai"),)
    ),
    "the audience it was": Case("written-otherwise", ("actions.order.audience", "both")),
    "another classification": Case(
        "classification-changed", ("actions.order.classification", "WRITE")
    ),
    "a piece deprecated": Case("deprecated", ("deprecated", {"since": "2026"})),
    "a piece not deprecated any more": Case(
        "deprecation-changed", ("deprecated", False), (("deprecated", True),)
    ),
    "the first release raised": Case("releases-narrowed", ("minimumSupportedRelease", "0.86.0")),
    "the first release lowered": Case("releases-widened", ("minimumSupportedRelease", "0.82.0")),
    "the first release left out": Case("releases-widened", ("minimumSupportedRelease", GONE)),
    "the last release lowered": Case("releases-narrowed", ("maximumSupportedRelease", "0.91.0")),
    "the last release raised": Case("releases-widened", ("maximumSupportedRelease", "1.0.0")),
    "the last release left out": Case("releases-widened", ("maximumSupportedRelease", GONE)),
    "a first release of nothing": Case(
        "written-otherwise",
        ("minimumSupportedRelease", None),
        (("minimumSupportedRelease", "0.0.0"),),
    ),
    "a first release that is no version": Case(
        "releases-narrowed",
        ("minimumSupportedRelease", "soon"),
        (("minimumSupportedRelease", "0.0.0"),),
    ),
    "a last release that is no version": Case(
        "releases-narrowed", ("maximumSupportedRelease", "0.94.0-rc.1")
    ),
    "a last release that was no version": Case(
        "releases-narrowed",
        ("maximumSupportedRelease", "1.0.0"),
        (("maximumSupportedRelease", "0.94.0-rc.1"),),
    ),
    "a last release that is another and no version": Case(
        "releases-narrowed",
        ("maximumSupportedRelease", "soon"),
        (("maximumSupportedRelease", "sooner"),),
    ),
    "an unreadable last release left out": Case(
        "releases-widened",
        ("maximumSupportedRelease", GONE),
        (("maximumSupportedRelease", "soon"),),
    ),
    "an unreadable first release left out": Case(
        "releases-widened",
        ("minimumSupportedRelease", GONE),
        (("minimumSupportedRelease", "soon"),),
    ),
    "a piece's description changed": Case("text-changed", ("description", "Ice cream")),
    "a logo moved": Case("text-changed", ("logoUrl", "https://example.com/new.png")),
    "error switches changed": Case(
        "form-changed",
        ("actions.order.errorHandlingOptions", {}),
    ),
    "a key no rule knows": Case("other-changed", ("contextInfo", {"version": "3"})),
}


def documents(case: Case) -> tuple[dict[str, Any], dict[str, Any]]:
    old = PIECE
    for path, value in case.before:
        old = edited(old, path, value)
    return old, edited(old, *case.edit)


def path_of(case: Case) -> str:
    """As reports write it: indices in brackets."""
    return re.sub(r"\.(\d+)", r"[\1]", case.at or case.edit[0])


@pytest.mark.parametrize("name", CASES)
def test_each_change_is_found_by_its_one_rule_at_its_place(name: str) -> None:
    case = CASES[name]

    comparison = compare(*documents(case))

    rules = [(change.rule, change.path) for change in comparison.changes]
    assert rules == [(case.rule, path_of(case))]
    assert comparison.severity is RULES[case.rule].severity


DOCUMENTED_BREAKS = list(CASES)[:5]
DOCUMENTED_OTHERS = list(CASES)[5:8]


@pytest.mark.parametrize("name", [*DOCUMENTED_BREAKS, *DOCUMENTED_OTHERS])
def test_documented_examples_are_judged_as_documented(name: str) -> None:
    (change,) = compare(*documents(CASES[name])).changes

    assert (change.severity is Severity.BREAKING) == (name in DOCUMENTED_BREAKS)
    assert not change.ours
    assert change.source


def test_every_rule_has_a_case() -> None:
    assert {case.rule for case in CASES.values()} == RULES.keys()


def test_page_has_one_row_for_each_rule_that_says_what_reports_say() -> None:
    row = r"(?m)^\| `([a-z-]+)` \| (\w+)(, ours)? \| .+? \| (.+) \|$"
    rows = re.findall(row, PAGE.read_text("utf-8"))

    assert sorted((id_, verdict, bool(ours), why) for id_, verdict, ours, why in rows) == sorted(
        (rule.id, rule.severity.name.lower(), rule.ours, rule.source) for rule in RULES.values()
    )


def test_no_report_shows_a_secret_or_any_other_default() -> None:
    old = edited(PIECE, f"{PROPS}.topping.defaultValue", "other-default")
    gone = edited(old, f"{PROPS}.topping.defaultValue")
    new = edited(gone, f"{PROPS}.password.defaultValue", "n3w-default")

    for comparison in (compare(old, new), compare(new, old)):
        shown = comparison.text() + str(comparison.document()) + repr(comparison)
        assert len(comparison.changes) == 2
        assert not re.search(f"{SECRET}|n3w-default|other-default", shown)
