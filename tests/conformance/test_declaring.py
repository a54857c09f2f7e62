"""Our own cases of declaring: metadata, enums, schemas and values; and the same falsified."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pieces_framework import JsonValue
from tests.conformance import (
    enum_cases,
    naming_rules,
    props_case,
    props_cases,
    report,
    schema_cases,
    version_cases,
)
from tests.conformance.ecmascript import UNDEFINED
from tests.conformance.instants import iso_of_ms
from tests.conformance.outcome import CaseOutcome, FileOutcome
from tests.conformance.polling_rules import RULES as POLLING_RULES
from tests.conformance.props_case import Case, Generation, Outcome
from tests.conformance.props_judge import judge
from tests.conformance.props_original import MESSAGES, original
from tests.conformance.props_rules import DEFAULTS as DEFAULTS_APPLY
from tests.conformance.props_rules import NEWER, RULES

CASES = Path(__file__).parent / "cases"
DIFFERENCES = Path(__file__).parents[2] / "docs" / "reference" / "differences.md"
NEWEST, OLD = "props_processor_vectors.json", "property_processor_vectors.json"
RULE_NAMES = (
    {rule.name for rule in (*POLLING_RULES, *RULES)}
    | enum_cases.REASONS.keys()
    | schema_cases.REASONS.keys()
    | version_cases.REASONS.keys()
    | naming_rules.REASONS.keys()
)
VALUES: list[JsonValue] = [
    None,
    "",
    "  ",
    "lemon",
    "7.5",
    "0x1A",
    "TRUE",
    "true",
    "null",
    '"q"',
    "[1,2]",
    '{"a":1}',
    "2023-02-29",
    0,
    7,
    -2.5,
    True,
    False,
    [],
    [1, "a"],
    [None],
    {},
    {"a": 1},
    "9007199254740993",
    9007199254740993,
    "1e400",
    '{"a":9007199254740993}',
    '{"a":1e400}',
    "[9007199254740993, 1e400]",
    1e20,
    8640000000000001,
    8640000000000000,
    -62198755200000,
    "Thu Mar 14 2024 12:00:00 GMT+0100 (Central European Standard Time)",
    "2024-03-14 12:00 UTC+2",
    "+010000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+01:00",
    [1.0, 1e21, -0.0],
    {"after": "2024-01-01", "before": "Mar 14, 2024"},
    {"after": "garbage"},
    {"before": 5},
    {"after": "", "zone": "here"},
    {"preset": []},
    {"~ap~a~1b": 1},
]
DEFAULTS: dict[str, JsonValue] = {
    "NUMBER": "4",
    "CHECKBOX": False,
    "ARRAY": ["d"],
    "OBJECT": '{"d":1}',
    "JSON": {"d": 1},
    "MULTI_SELECT_DROPDOWN": ["d"],
    "STATIC_MULTI_SELECT_DROPDOWN": ["d"],
    "DATE_TIME": "2024-01-01",
    "DATE_RANGE": {"preset": "any_time"},
    "DYNAMIC": {"d": 1},
    "ROWS": [{"n": "5"}],
}
"""By kind; of the rest it is text."""
KINDS = sorted(
    MESSAGES.keys()
    | {"SECRET_TEXT", "STATIC_DROPDOWN", "DROPDOWN", "COLOR", "CUSTOM", "DYNAMIC", "MARKDOWN"}
)
ROW = {"n": {"type": "NUMBER", "required": True, "displayName": "n"}}


def outcomes(folder: Path) -> dict[str, FileOutcome]:
    found = [each for path in sorted(folder.iterdir()) for each in report.outcomes_of(path)]
    return {each.file: each for each in found}


def falsified(folder: Path, file: str, falsify: Callable[[Any], None]) -> FileOutcome:
    """What our cases come to after one of their documents was changed."""
    shutil.copytree(CASES, folder, dirs_exist_ok=True)
    path = folder / file
    document = json.loads(path.read_text())
    falsify(document)
    path.write_text(json.dumps(document))
    parent = file.rpartition("/")[0] or file
    return outcomes(folder)[parent]


def recorded_cases(file: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((CASES / file).read_text())["cases"]
    return cases


def claims() -> list[str]:
    """The cases of which our small model of the original says what must have been recorded."""
    left_open = {"file", "json-blank", "rows-of-texts"}
    return [case["id"] for case in recorded_cases(NEWEST) if case["id"] not in left_open]


def case_of(document: dict[str, Any], id_: str) -> dict[str, Any]:
    (case,) = [case for case in document["cases"] if case["id"] == id_]
    found: dict[str, Any] = case
    return found


def test_own_cases_have_no_failure_and_meet_every_rule() -> None:
    found = outcomes(CASES)

    failed = [case for each in found.values() for case in each.failed]
    met = {rule for each in found.values() for rule in each.rule_counts}
    assert failed == []
    assert met == RULE_NAMES
    assert all(each.passed for each in found.values())


def test_cases_that_wait_are_counted_apart_with_their_reason() -> None:
    lines = outcomes(CASES)[NEWEST].lines()

    count = len(recorded_cases(NEWEST))
    passed, failed, differ = map(int, re.findall(r"\d+", lines[0]))
    assert (passed + failed + differ, failed) == (count - 1, 0)
    assert any(line.startswith("  not run (1): files are fetched by the engine") for line in lines)


@pytest.mark.parametrize("name", sorted(RULE_NAMES))
def test_every_rule_is_documented_for_users(name: str) -> None:
    assert re.search(rf"^\|\s*`?{re.escape(name)}`?\s*\|", DIFFERENCES.read_text(), re.MULTILINE)


@pytest.mark.parametrize("id_", claims())
def test_falsified_value_of_the_newest_engine_fails(tmp_path: Path, id_: str) -> None:
    def falsify(document: dict[str, Any]) -> None:
        case_of(document, id_)["expect"] = {"processed": {"x": "invented"}, "errors": {}}

    outcome = falsified(tmp_path, NEWEST, falsify)

    assert [each.id for each in outcome.failed] == [id_]


@pytest.mark.parametrize("id_", claims())
def test_falsified_error_of_the_newest_engine_fails(tmp_path: Path, id_: str) -> None:
    def falsify(document: dict[str, Any]) -> None:
        case_of(document, id_)["expect"]["errors"] = {"x": ["invented"]}

    outcome = falsified(tmp_path, NEWEST, falsify)

    assert [each.id for each in outcome.failed] == [id_]


@pytest.mark.parametrize("index", range(len(json.loads((CASES / OLD).read_text())["composite"])))
def test_falsified_case_of_several_properties_fails(tmp_path: Path, index: int) -> None:
    def falsify(document: dict[str, Any]) -> None:
        case = document["composite"][index]
        case["processed"] = dict.fromkeys(case["processed"], "invented")
        case["errors"] = {}

    outcome = falsified(tmp_path, OLD, falsify)

    assert len(outcome.failed) == 1


def change_enum_value(document: Any) -> None:
    document["v083"]["framework"]["StoreScope"]["FLOW"] = "STREAM"


def add_enum_member(document: Any) -> None:
    document["v083"]["shared"]["PauseType"]["NAP"] = "NAP"


def ask_for_flavors(document: Any) -> None:
    document["v083"]["PieceMetadata"]["required"].append("flavors")


def take_anything(document: Any) -> None:
    document["v083"]["PieceMetadata"] = {}


def list_actions(document: Any) -> None:
    document["actions"] = []


def translate_to_a_number(document: Any) -> None:
    document["de"]["Small"] = 3


def add_case_without_value(document: Any) -> None:
    document["cases"].insert(0, {"type": "NUMBER"})


def use_unknown_marker(document: Any) -> None:
    document["cases"][0]["input"]["x"] = {"$js": "Symbol"}


@pytest.mark.parametrize(
    ("file", "falsify", "said"),
    [
        pytest.param(
            "enums.json",
            change_enum_value,
            "`FLOW` is 'FLOW', not 'STREAM'",
            id="enum-value",
        ),
        pytest.param(
            "enums.json",
            add_enum_member,
            "`NAP` is None, not 'NAP'",
            id="enum-member",
        ),
        pytest.param(
            "wire_schemas.json",
            ask_for_flavors,
            "'flavors' is a required property",
            id="schema",
        ),
        pytest.param(
            "wire_schemas.json",
            take_anything,
            "release 0.83 takes it, against the rule",
            id="schema-that-takes-all",
        ),
        pytest.param(
            "metadata/wafer.json",
            list_actions,
            "cannot be run: AttributeError",
            id="actions-are-a-list",
        ),
        pytest.param(
            "metadata/i18n/cone.json",
            translate_to_a_number,
            "`de` holds what is not text",
            id="translation",
        ),
        pytest.param(
            OLD,
            add_case_without_value,
            "cannot be run: KeyError",
            id="case-without-a-value",
        ),
        pytest.param(
            NEWEST,
            use_unknown_marker,
            "nothing known is called 'Symbol'",
            id="unknown-marker",
        ),
    ],
)
def test_falsified_document_fails(
    tmp_path: Path, file: str, falsify: Callable[[Any], None], said: str
) -> None:
    outcome = falsified(tmp_path, file, falsify)

    assert any(said in problem for case in outcome.failed for problem in case.problems)


def test_folder_of_metadata_that_holds_none_fails(tmp_path: Path) -> None:
    (tmp_path / "metadata").mkdir()

    outcome = outcomes(tmp_path)["metadata"]

    assert [case.problems for case in outcome.failed] == [["holds no document"]]


@pytest.mark.parametrize("generation", Generation)
@pytest.mark.parametrize("required", [True, False], ids=["required", "optional"])
@pytest.mark.parametrize("default", [True, False], ids=["default", "no-default"])
@pytest.mark.parametrize("kind", [*KINDS, "ROWS"])
def test_rules_account_for_all_that_differs(
    kind: str, *, required: bool, default: bool, generation: Generation
) -> None:
    """Whatever the value: where our property does otherwise than the original, a rule says so."""
    document: dict[str, Any] = {"type": kind, "required": required, "displayName": "X"}
    if kind == "ROWS":
        document |= {"type": "ARRAY", "properties": ROW}
    if default:
        document["defaultValue"] = DEFAULTS.get(kind, "d")

    for raw in [*VALUES, UNDEFINED]:
        case = Case(document=document, raw=raw, generation=generation)
        verdict = judge(case, original(case))
        assert verdict.expected.fits(props_case.run(case)), raw
        assert verdict.untrue == (), raw


def test_whatever_goes_wrong_in_a_case_is_its_failure() -> None:
    def run(_case: Any, _number: int) -> CaseOutcome:
        raise OverflowError("too far")

    outcome = props_cases.guarded({"id": "far"}, 1, run)

    assert (outcome.id, outcome.problems) == ("far", ["cannot be run: OverflowError: too far"])


def test_default_that_is_not_applied_is_seen() -> None:
    document = {"type": "NUMBER", "required": False, "displayName": "X", "defaultValue": 3}
    verdict = judge(Case(document=document, raw=None), Outcome(value=None))

    assert verdict.rules == {DEFAULTS_APPLY.name}
    assert verdict.untrue == ()
    assert not verdict.expected.fits(Outcome(value=None))


@pytest.mark.parametrize(
    ("epoch_ms", "written"),
    [
        (0.5, "1970-01-01T00:00:00.000Z"),
        (-0.5, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (253402300799999, "9999-12-31T23:59:59.999Z"),
        (253402300800000, "+010000-01-01T00:00:00.000Z"),
        (-8.64e15, "-271821-04-20T00:00:00.000Z"),
        (8.64e15 + 1, None),
    ],
)
def test_dates_are_written_as_javascript_writes_them(epoch_ms: float, written: str | None) -> None:
    assert iso_of_ms(epoch_ms) == written


def test_reasons_are_given_for_a_difference_of_generations() -> None:
    case = Case(
        document={"type": "CHECKBOX", "required": True}, raw="true", generation=Generation.OLD
    )

    assert judge(case, original(case)).rules == {NEWER.name}
