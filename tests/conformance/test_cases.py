"""Our own cases, run by the program as anyone runs it; and the program run on falsified ones."""

from __future__ import annotations

import codecs
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.polling_rules import RULES
from tests.conformance.polling_step import Seen, Step, expected_of
from tests.conformance.recorded import read

HERE = Path(__file__).parent
FILE = "polling_vectors.json"
OWN = HERE / "cases" / FILE
EVERY_RULE = {f"{letter}{number}" for letter in "TL" for number in range(1, 15)} | {"R1", "R2"}
SUMMARY = re.compile(rf"(?m)^{FILE}: (\d+) passed, (\d+) failed, (\d+) differ on purpose$")


def run(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(HERE / "run.py"), *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        cwd=cwd,
    )


def own_cases() -> list[dict[str, Any]]:
    document = json.loads(OWN.read_text())
    return [*document["vectors"], *document["republish_vectors"]]


def plain_cases() -> list[dict[str, Any]]:
    document = read(OWN)
    return [*document["vectors"], *document["republish_vectors"]]


def falsified(folder: Path, case_id: str, falsify: Callable[[dict[str, Any]], None]) -> Path:
    """Our cases, with the first step of one of them changed, in `folder`."""
    document = json.loads(OWN.read_text())
    (case,) = [case for case in document["vectors"] if case["id"] == case_id]
    falsify(case["steps"][0])
    (folder / FILE).write_text(json.dumps(document))
    return folder


def test_own_cases_pass_or_differ_by_a_rule_with_its_reason(tmp_path: Path) -> None:
    done = run(cwd=tmp_path)

    summary = SUMMARY.search(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert summary is not None
    passed, failed, differ = map(int, summary.groups())
    assert (passed + differ, failed) == (len(own_cases()), 0)
    for rule in RULES:
        assert re.search(rf"differs by `{rule.name}` \([1-9]\d*\): ", done.stdout)
        assert rule.reason in done.stdout


def test_own_cases_cover_every_rule_under_names_of_their_own() -> None:
    cases = own_cases()

    assert {rule for case in cases for rule in case["rules"]} == EVERY_RULE
    assert len({case["id"] for case in cases}) == len(cases) >= 25


def test_json_is_one_document_with_the_same_counts() -> None:
    done = run("--json")

    document = json.loads(done.stdout)
    (file,) = document["data"]["files"]
    assert (document["schema"], document["ok"]) == ("pieces.conformance/1", True)
    assert (document["problems"], document["data"]["not_run"]) == ([], [])
    assert file["passed"] + file["differ"] == len(own_cases())
    assert {rule["rule"] for rule in file["rules"]} == {rule.name for rule in RULES}
    assert all(rule["count"] and rule["reason"] for rule in file["rules"])


@pytest.mark.parametrize(
    ("case_id", "key", "value", "said"),
    [
        pytest.param("time-order-kept", "result", [], "result: expected []", id="result"),
        pytest.param("item-gone", "store_after", {}, "store: expected {}", id="store"),
        pytest.param("item-gone", "items_call", None, "received by items", id="not-called"),
        pytest.param(
            "time-future", "items_call", {"lastFetchEpochMS": 7}, "expected [7]", id="checkpoint"
        ),
        pytest.param("time-poll-null", "error", None, "error: expected none", id="no-error"),
        pytest.param(
            "item-gone", "error", {"name": "TypeError", "message": "x"}, "got none", id="an-error"
        ),
        pytest.param(
            "item-fetch-fails",
            "error",
            {"name": "Error", "message": "no mil"},
            "got 'no milk'",
            id="a-part-of-the-message",
        ),
        pytest.param(
            "time-stamp-nan", "items_call", None, "error: expected none", id="where-a-rule-holds"
        ),
    ],
)
def test_falsified_expectation_fails(
    tmp_path: Path, case_id: str, key: str, value: object, said: str
) -> None:
    def falsify(step: dict[str, Any]) -> None:
        step["expect"][key] = value

    done = run(falsified(tmp_path, case_id, falsify))

    summary = SUMMARY.search(done.stdout)
    assert done.returncode == 1
    assert summary is not None
    assert summary.group(2) == "1"
    assert re.search(rf"FAILED {case_id} \(.*step 1 \(", done.stdout)
    assert said in done.stdout


def test_json_of_a_falsified_case_names_it(tmp_path: Path) -> None:
    def falsify(step: dict[str, Any]) -> None:
        step["expect"]["result"] = ["invented"]

    done = run(falsified(tmp_path, "time-order-kept", falsify), "--json")

    document = json.loads(done.stdout)
    (problem,) = document["problems"]
    assert (done.returncode, document["ok"]) == (1, False)
    assert problem["path"] == FILE
    assert "time-order-kept" in problem["message"]


@pytest.mark.parametrize("case", plain_cases(), ids=lambda case: str(case["id"]))
def test_where_a_rule_holds_the_recorded_outcome_is_refused(case: dict[str, Any]) -> None:
    """As if our helper did what the original did, in the steps in which we promise otherwise."""
    step = Step(
        strategy=case["strategy"],
        store_before=case["initial_store"],
        recorded=case["steps"][0],
    )
    expect = step.recorded["expect"]
    expected = recorded = expected_of(step)
    held = [rule for rule in RULES if rule.applies(step)]
    for rule in held:
        expected = rule.promise(step, expected)
    seen = Seen(
        checkpoints=recorded.checkpoints,
        result=expect["result"],
        error=None,
        store_after=expect["store_after"],
    )

    problems = expected.problems(seen)

    assert bool(problems) is (bool(held) or recorded.fails)


def test_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(codecs.BOM_UTF8 + OWN.read_bytes())

    done = run(tmp_path)

    assert done.returncode == 0


def test_files_of_other_kinds_are_listed_as_not_run(tmp_path: Path) -> None:
    (tmp_path / "unheard_of_vectors.json").write_text("{}")
    (tmp_path / "metadata").mkdir()

    done = run(tmp_path)

    assert done.returncode == 0
    assert done.stdout.splitlines() == ["metadata: not run", "unheard_of_vectors.json: not run"]


@pytest.mark.parametrize("content", ["{", "[]", '{"vectors": [{}]}', '{"vectors": [{"$js": "x"}]}'])
def test_file_that_holds_no_cases_fails(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)

    done = run(tmp_path)

    assert done.returncode == 1
    assert f"{FILE}: 0 passed, 1 failed, 0 differ on purpose" in done.stdout
    assert "cannot be read as a file of cases" in done.stdout


def test_folder_that_is_not_there_is_a_mistake_in_the_command(tmp_path: Path) -> None:
    done = run(tmp_path / "nowhere")

    assert done.returncode == 2
    assert "is not a folder" in done.stderr
