"""The contract suite as an author meets it: what is collected, run, skipped and said."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.gelato import GELATO

from .good import SERVICE, SMALL, write_good
from .running import Report, run_pytest

NOT_RUN = "not run: needs a fake service"
SUITE = "pyproject.toml"
TEST = "def test_it(): pass\n"


@pytest.fixture(scope="module")
def goods(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Two copies of a good piece, of which the second has a service."""
    top = tmp_path_factory.mktemp("goods")
    (top / "pytest.ini").write_text(
        "[pytest]\nfilterwarnings = error\naddopts = --strict-markers\n"
    )
    folders = [write_good(top, "bare"), write_good(top, "served", conftest=SERVICE)]
    return run_pytest(top, "-rs", *(f"--piece={folder}" for folder in folders))


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A folder with two tests, and a piece that pytest.ini names beside a folder without one."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_one.py").write_text(TEST)
    (tmp_path / "tests" / "test_two.py").write_text(TEST)
    (tmp_path / "pieces" / "empty").mkdir(parents=True)
    write_good(tmp_path / "pieces", source=SMALL)
    return tmp_path


def write_ini(workspace: Path, *, testpaths: str = "tests", pieces: str = "") -> None:
    lines = [f"testpaths = {testpaths}"] * bool(testpaths)
    lines += [f"contract_pieces =\n    {pieces}"] * bool(pieces)
    (workspace / "pytest.ini").write_text("\n".join(["[pytest]", *lines]))


def collected(folder: Path, *arguments: str) -> set[str]:
    """What would be run: the suite, and which of the tests."""
    report = run_pytest(folder, "--collect-only", "-q", *arguments)
    files = (line.partition("::")[0] for line in report.output.splitlines() if "::" in line)
    return {Path(file).name for file in files}


def test_a_good_piece_breaks_no_promise(goods: Report) -> None:
    outcomes = list(goods.outcomes().values())

    assert set(outcomes) == {"passed", "skipped"}, goods.output
    assert outcomes.count("passed") > 20


def test_gelato_keeps_every_promise_and_none_is_left_out(tmp_path: Path) -> None:
    report = run_pytest(tmp_path, f"--piece={GELATO}")

    assert set(report.outcomes().values()) == {"passed"}, report.output
    assert report.status == 0


def test_what_needs_a_service_is_skipped_without_one(goods: Report) -> None:
    bare = goods.items[: len(goods.items) // 2]
    skipped = [item for item in bare if item.outcome == "skipped"]

    assert {item.text for item in skipped} == {NOT_RUN}
    assert "good::by_hand::life-against-service" in {item.node for item in skipped}
    assert "good::every::run-against-service" in {item.node for item in skipped}


def test_a_service_shows_what_was_skipped(goods: Report) -> None:
    served = goods.items[len(goods.items) // 2 :]
    live = {item.node: item.outcome for item in served if item.node.endswith("service")}

    assert live == {
        "good::every::run-against-service": "passed",
        "good::odd::run-against-service": "passed",
        "good::by_hand::life-against-service": "passed",
        "good::posted::life-against-service": "skipped",  # nobody says how it happens
    }


def test_a_piece_alone_is_looked_at_without_the_tests(workspace: Path) -> None:
    write_ini(workspace, testpaths="")

    assert collected(workspace, "--piece=pieces/good") == {SUITE}


def test_a_piece_is_added_to_the_tests_that_settings_name(workspace: Path) -> None:
    write_ini(workspace)

    found = collected(workspace, "--piece=pieces/good")

    assert found == {SUITE, "test_one.py", "test_two.py"}


def test_a_piece_is_added_to_the_tests_that_the_user_names(workspace: Path) -> None:
    found = collected(workspace, "tests/test_one.py", "--piece=pieces/good")

    assert found == {SUITE, "test_one.py"}


def test_pieces_of_the_settings_are_looked_at_by_plain_pytest(workspace: Path) -> None:
    write_ini(workspace, pieces="pieces/*")

    assert collected(workspace) == {SUITE, "test_one.py", "test_two.py"}


def test_pieces_of_the_settings_do_not_replace_the_tests(workspace: Path) -> None:
    write_ini(workspace, testpaths="", pieces="pieces/*")

    assert collected(workspace) == {SUITE, "test_one.py", "test_two.py"}


def test_pieces_of_the_settings_are_left_out_where_the_user_names_a_test(workspace: Path) -> None:
    write_ini(workspace, pieces="pieces/*")

    assert collected(workspace, "tests/test_one.py") == {"test_one.py"}


@pytest.mark.parametrize(
    ("folder", "says"),
    [("nowhere", "there is no `"), ("pieces/empty", "there is no `"), ("two", "names 2 pieces")],
)
def test_a_folder_without_one_piece_is_a_wrong_command(
    workspace: Path, folder: str, says: str
) -> None:
    (workspace / "two").mkdir()
    (workspace / "two" / "pyproject.toml").write_text(
        "[project.entry-points.pieces]\na = 'a:a'\nb = 'b:b'\n"
    )

    report = run_pytest(workspace, f"--piece={folder}")

    assert report.status == 4
    assert says in report.output
    assert "Traceback" not in report.output


def test_promises_are_chosen_by_keyword_and_marker(workspace: Path) -> None:
    write_ini(workspace, pieces="pieces/*")

    report = run_pytest(workspace, "-m", "contract", "-k", "test_one or (posted and sample)")

    assert list(report.outcomes()) == ["good::posted::sample-data-fits"]


def test_a_promise_is_chosen_by_its_node_id(workspace: Path) -> None:
    report = run_pytest(workspace, "pieces/good/pyproject.toml::good::posted::run-offline")

    assert list(report.outcomes()) == ["good::posted::run-offline"]


def test_the_first_broken_promise_ends_a_run_that_shall_end_there(workspace: Path) -> None:
    (workspace / "pieces" / "good" / "piece_good" / "__init__.py").write_text("1 / 0")

    report = run_pytest(workspace, "--piece=pieces/good", "-x")

    assert list(report.outcomes().values()) == ["failure"]


def test_an_installed_piece_is_looked_at_where_it_is(tmp_path: Path) -> None:
    folder = write_good(tmp_path / "made", source=SMALL)
    site = tmp_path / "site"
    (folder / "piece_good").rename(tmp_path / "moved")
    info = site / "acme_piece_good-1.2.3.dist-info"
    info.mkdir(parents=True)
    (tmp_path / "moved").rename(site / "piece_good")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-piece-good\nVersion: 1.2.3\n")
    (info / "entry_points.txt").write_text("[pieces]\ngood = piece_good:piece\n")
    (tmp_path / "empty").mkdir()

    report = run_pytest(
        tmp_path / "empty",
        "--installed-pieces",
        "-k",
        "good",
        environment={"PYTHONPATH": str(site)},
    )

    outcomes = report.outcomes()
    assert outcomes["good::imports"] == "passed", report.output
    assert outcomes["good::posted::run-offline"] == "passed"
    assert "failure" not in outcomes.values()


def test_a_service_of_the_wrong_type_is_said_to_be_one(workspace: Path) -> None:
    (workspace / "pieces" / "good" / "conftest.py").write_text(
        "import pytest\n@pytest.fixture\ndef contract_service(): return 'http://x'\n"
    )

    report = run_pytest(workspace, "--piece=pieces/good", "-k", "by_hand and service")

    text = report.failed("good")["by_hand::life-against-service"]
    assert "`contract_service` gives `str`, not a `ContractService`" in text


def test_what_a_piece_started_ends_with_the_suite(workspace: Path) -> None:
    source = workspace / "pieces" / "good" / "piece_good" / "__init__.py"
    pid_file = workspace / "pid"
    source.write_text(
        source.read_text().replace(
            "    await context.store.put(",
            "    import subprocess, sys\n"
            "    from pathlib import Path\n"
            "    left = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
            f"    Path({str(pid_file)!r}).write_text(str(left.pid))\n"
            "    await context.store.put(",
        )
    )

    run_pytest(workspace, "--piece=pieces/good", "-k", "posted and run-offline")

    pid = int(pid_file.read_text())
    end = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < end:
        time.sleep(0.01)
    assert not is_running(pid)


def is_running(pid: int) -> bool:
    """Whether it runs still; one that ended and waits to be collected does not."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat")
        return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_a_run_without_the_suite_loads_nothing_of_it() -> None:
    program = (
        "import sys, pieces_engine.contract.plugin\n"
        "print(*(name for name in sys.modules if name.startswith('piece')))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert set(done.stdout.split()) == {
        "pieces_engine",
        "pieces_engine.contract",
        "pieces_engine.contract.plugin",
        "pieces_engine.contract.service",
    }


def test_an_event_that_fails_is_shown_as_the_authors_own_mistake(workspace: Path) -> None:
    failing = SERVICE.replace('WebhookPayload(body={"id": 7})', "1 / 0")
    (workspace / "pieces" / "good" / "conftest.py").write_text(failing)

    report = run_pytest(workspace, "--piece=pieces/good", "-k", "service")

    assert list(report.failed("good")) == ["by_hand::life-against-service"]
    assert "ZeroDivisionError" in report.failed("good")["by_hand::life-against-service"]
