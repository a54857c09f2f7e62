"""Our own cases, run by the program as anyone runs it; and the program run on falsified ones."""

from __future__ import annotations

import codecs
import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.original import original
from tests.conformance.polling_rules import RULES, judge
from tests.conformance.polling_step import ItemsFailed, Seen, Step, expected_of
from tests.conformance.recorded import fields, plain

HERE = Path(__file__).parent
FILE = "polling_vectors.json"
OWN = HERE / "cases" / FILE
EVERY_RULE = {f"{letter}{number}" for letter in "TL" for number in range(1, 15)} | {"R1", "R2"}
BARE_PYTHON = os.path.realpath(sys.executable)
"""The interpreter that our virtual environment was made from."""
SUMMARY = re.compile(rf"(?m)^{FILE}: (\d+) passed, (\d+) failed, (\d+) differ on purpose$")


SOUND_STEP: dict[str, Any] = {
    "op": "disable",
    "expect": {"items_call": None, "result": None, "error": None, "store_after": {}},
}
SOUND_CASE: dict[str, Any] = {
    "id": "sound",
    "strategy": "LAST_ITEM",
    "initial_store": {},
    "steps": [SOUND_STEP],
}


def case_with_step(**changed: Any) -> dict[str, Any]:
    return {**SOUND_CASE, "steps": [{**SOUND_STEP, **changed}]}


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
    file = next(each for each in document["data"]["files"] if each["file"] == FILE)
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
            "time-stamp-nan",
            "items_call",
            None,
            "the original gives [100]",
            id="where-a-rule-holds",
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


def plain_steps() -> Iterator[tuple[str, Step]]:
    """Every step of our own cases, each with a name."""
    for case in map(plain, own_cases()):
        store = case["initial_store"]
        for number, step in enumerate(case["steps"], start=1):
            name = f"{case['id']}-{number}"
            yield name, Step(strategy=case["strategy"], store_before=store, recorded=step)
            store = step["expect"]["store_after"]


STEPS = dict(plain_steps())
HELD = {name: step for name, step in STEPS.items() if judge(step, expected_of(step)).rules}


@pytest.mark.parametrize("name", STEPS)
def test_original_does_what_our_cases_say_it_does(name: str) -> None:
    assert original(STEPS[name]).problems(STEPS[name]) == []


@pytest.mark.parametrize("name", HELD)
def test_where_a_rule_holds_the_recorded_outcome_is_refused(name: str) -> None:
    """As if our helper did what the original did, in the steps in which we promise otherwise."""
    step = HELD[name]
    recorded = expected_of(step)
    seen = Seen(
        checkpoints=recorded.checkpoints,
        result=recorded.result,
        error=ItemsFailed(recorded.message) if recorded.fails else None,
        store_after=recorded.store_after,
    )

    assert judge(step, recorded).expected.problems(seen)


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("result", [["invented"], [], None]),
        ("store_after", [{"invented": 1}, {"lastPoll": 5, "lastItem": "invented"}]),
        ("items_call", [None, {"lastFetchEpochMS": "invented", "lastItemId": "invented"}]),
        ("error", [None, {"name": "Error", "message": "invented"}, {"name": "TypeError"}]),
    ],
    ids=["result", "store", "call", "error"],
)
@pytest.mark.parametrize("name", HELD)
def test_where_a_rule_holds_a_falsified_record_is_seen(
    name: str, key: str, values: list[Any]
) -> None:
    step = HELD[name]
    expect = step.recorded["expect"]
    false = [value for value in values if not _says_the_same(value, expect[key])]

    for value in false:
        falsified = replace(step, recorded={**step.recorded, "expect": {**expect, key: value}})
        assert judge(falsified, expected_of(falsified)).untrue, value

    assert false


def _says_the_same(one: Any, other: Any) -> bool:
    """Whether both are the same outcome; of errors other than `Error` only that there is one."""
    both_type_errors: bool = fields(one).get("name") == fields(other).get("name") == "TypeError"
    return both_type_errors or bool(one == other)


def test_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(codecs.BOM_UTF8 + OWN.read_bytes())

    done = run(tmp_path)

    assert done.returncode == 0


def test_files_of_other_kinds_are_listed_as_not_run(tmp_path: Path) -> None:
    (tmp_path / "unheard_of_vectors.json").write_text("{}")
    (tmp_path / "flows").mkdir()

    done = run(tmp_path)

    assert done.returncode == 0
    assert done.stdout.splitlines() == ["flows: not run", "unheard_of_vectors.json: not run"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("{", "cannot be read as a file of cases: JSONDecodeError", id="no-json"),
        pytest.param("[]", "cannot be read as a file of cases: AttributeError", id="a-list"),
        pytest.param("[" * 200_000, "cannot be read as a file of cases: RecursionError", id="deep"),
        pytest.param("{}", "holds no case", id="nothing"),
        pytest.param('{"vectors": []}', "holds no case", id="empty"),
        pytest.param('{"cases": [{"id": "x"}]}', "holds no case", id="another-shape"),
    ],
)
def test_file_that_holds_no_cases_fails(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / FILE).write_text(content)

    done = run(tmp_path)
    as_json = json.loads(run(tmp_path, "--json").stdout)

    assert (done.returncode, done.stderr) == (1, "")
    assert f"{FILE}: 0 passed, 1 failed, 0 differ on purpose" in done.stdout
    assert said in done.stdout
    assert said in as_json["problems"][0]["message"]


@pytest.mark.parametrize(
    ("case", "said"),
    [
        pytest.param({}, "FAILED case 1 (): cannot be run: KeyError: 'initial_store'", id="bare"),
        pytest.param(None, "FAILED case 1 (): cannot be run: TypeError", id="null"),
        pytest.param({"id": "x", "initial_store": {}, "steps": []}, "it has no step", id="no-step"),
        pytest.param({"id": "x", "initial_store": {"$js": "x"}}, "is called 'x'", id="no-value"),
        pytest.param(SOUND_CASE | {"strategy": "OLD"}, "unknown strategy 'OLD'", id="strategy"),
        pytest.param(case_with_step(op="guess"), "unknown op 'guess'", id="op"),
        pytest.param(case_with_step(items={}), "neither a list nor null", id="items"),
        pytest.param(case_with_step(expect={}), "run: KeyError: 'items_call'", id="expect"),
    ],
)
def test_case_that_cannot_be_run_fails_alone(tmp_path: Path, case: Any, said: str) -> None:
    document = json.loads(OWN.read_text())
    document["vectors"].insert(0, case)
    (tmp_path / FILE).write_text(json.dumps(document))

    done = run(tmp_path)

    summary = SUMMARY.search(done.stdout)
    assert (done.returncode, done.stderr) == (1, "")
    assert summary is not None
    passed, failed, differ = map(int, summary.groups())
    assert (passed + differ, failed) == (len(own_cases()), 1)
    assert said in done.stdout


def test_half_a_character_can_be_reported(tmp_path: Path) -> None:
    def falsify(step: dict[str, Any]) -> None:
        step["expect"]["result"] = ["\ud83c"]

    done = run(falsified(tmp_path, "time-order-kept", falsify))

    assert (done.returncode, done.stderr) == (1, "")
    assert r"\ud83c" in done.stdout


def test_reader_who_leaves_early_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, str(HERE / "run.py")], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        said = running.stderr.read()

    assert (running.returncode, said) == (0, b"")


def run_without_packages(root: Path) -> subprocess.CompletedProcess[str]:
    """Our cases, run in a copy of the repository under `root` by a Python without packages."""
    shutil.copytree(
        HERE, root / "tests" / "conformance", ignore=shutil.ignore_patterns("__pycache__")
    )
    return subprocess.run(
        [BARE_PYTHON, "-I", "-S", str(root / "tests" / "conformance" / "run.py")],
        check=False,
        capture_output=True,
        text=True,
    )


def test_python_without_our_packages_hands_over_to_the_repositorys_own(tmp_path: Path) -> None:
    (tmp_path / ".venv").symlink_to(sys.prefix)

    done = run_without_packages(tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert SUMMARY.search(done.stdout)


@pytest.mark.parametrize("own", [False, True], ids=["no-venv", "empty-venv"])
def test_without_our_packages_the_one_thing_to_do_is_said(tmp_path: Path, *, own: bool) -> None:
    if own:
        venv.create(tmp_path / ".venv", symlinks=True)

    done = run_without_packages(tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "our packages are not installed: run `make setup` first\n"


def test_folder_that_is_not_there_is_a_mistake_in_the_command(tmp_path: Path) -> None:
    done = run(tmp_path / "nowhere")

    assert done.returncode == 2
    assert "is not a folder" in done.stderr
