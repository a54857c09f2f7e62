"""The contract suite as an author meets it: what is collected, run, skipped and said."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from tests.support.gelato import GELATO

from .good import SERVICE, SMALL, SOURCE, write_good
from .running import FEW_PLUGINS, Report, run_pytest

pytest_plugins = ("pytester",)

Collect: TypeAlias = Callable[..., set[str]]

NOT_RUN = "not run: needs a fake service"
SUITE = "pyproject.toml"
TEST = "def test_it(): pass\n"
SMALL_SERVICE = """import pytest
from pieces_engine.contract import ContractService
from pieces_framework import WebhookPayload


@pytest.fixture
def contract_service(): return ContractService(events={"by_hand": lambda:
    WebhookPayload(body={"id": 7})
})
"""
STRANGE = """
from pieces_framework import *

size = Property.ShortText(display_name="Size")

@create_action(name="act", display_name="Act", description="", props={"size": size})
def act(context):
    return {}

piece = create_piece(display_name="Strange", logo_url="", actions=[act], triggers=[])
size.constraints = 7
"""
DISCREET = """
from pieces_framework import *

class Mute:
    def __repr__(self):
        raise KeyError("no text")

@create_action(
    name="act", display_name="Act", description="",
    auth=PieceAuth.SecretText(display_name="Key"),
)
def act(context):
    try:
        raise ValueError(context.auth)
    except ValueError:
        error = FatalError("no")
        error.value = Mute()
        raise error from None

piece = create_piece(display_name="D", logo_url="", auth=act.auths[0], actions=[act], triggers=[])
"""
FORKING = """
import os
from pieces_framework import *

@create_action(name="act", display_name="Act", description="")
async def act(context):
    if os.fork() == 0:
        raise KeyError("the child")
    os.wait()
    raise RetryableError("no")

piece = create_piece(display_name="F", logo_url="", actions=[act], triggers=[])
"""


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


@pytest.fixture
def collect(workspace: Path, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Collect:
    """Say what pytest would run in the workspace: the suite, and which of the tests."""

    def collected(*arguments: str) -> set[str]:
        monkeypatch.chdir(workspace)
        runner: Any = pytester  # of half a type
        run = runner.inline_run("--collect-only", *FEW_PLUGINS, *arguments)
        return {call.item.path.name for call in run.getcalls("pytest_itemcollected")}

    return collected


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

    assert {item.text for item in skipped} == {
        f"{NOT_RUN} ({item.node.replace('::', ' :: ')})" for item in skipped
    }
    assert "good::by_hand::life-against-service" in {item.node for item in skipped}
    assert "good::every::run-against-service" in {item.node for item in skipped}


def test_a_skipped_promise_is_shown_at_its_part(goods: Report) -> None:
    code = "piece_good/__init__.py"
    line = next(n for n, each in enumerate(SOURCE.splitlines(), 1) if each == "@create_action(")

    name = "good :: every :: run-against-service"
    assert f"SKIPPED [1] bare/{code}:{line}: {NOT_RUN} ({name})" in goods.output


def test_the_summary_says_how_many_promises_lack_the_fixture(goods: Report) -> None:
    said = "4 promises not run: write the fixture `contract_service` (`"

    assert said in goods.output


def test_a_service_shows_what_was_skipped(goods: Report) -> None:
    served = goods.items[len(goods.items) // 2 :]
    live = {item.node: item.outcome for item in served if item.node.endswith("service")}

    assert live == {
        "good::every::run-against-service": "passed",
        "good::odd::run-against-service": "passed",
        "good::by_hand::life-against-service": "passed",
        "good::posted::life-against-service": "skipped",  # nobody says how it happens
    }


def test_a_piece_alone_is_looked_at_without_the_tests(workspace: Path, collect: Collect) -> None:
    write_ini(workspace, testpaths="")

    assert collect("--piece=pieces/good") == {SUITE}


def test_a_piece_is_added_to_the_tests_that_settings_name(
    workspace: Path, collect: Collect
) -> None:
    write_ini(workspace)

    found = collect("--piece=pieces/good")

    assert found == {SUITE, "test_one.py", "test_two.py"}


def test_a_piece_is_added_to_the_tests_that_the_user_names(collect: Collect) -> None:
    found = collect("tests/test_one.py", "--piece=pieces/good")

    assert found == {SUITE, "test_one.py"}


def test_pieces_of_the_settings_are_looked_at_by_plain_pytest(
    workspace: Path, collect: Collect
) -> None:
    write_ini(workspace, pieces="pieces/*")

    assert collect() == {SUITE, "test_one.py", "test_two.py"}


def test_pieces_of_the_settings_do_not_replace_the_tests(workspace: Path, collect: Collect) -> None:
    write_ini(workspace, testpaths="", pieces="pieces/*")

    assert collect() == {SUITE, "test_one.py", "test_two.py"}


def test_pieces_of_the_settings_are_left_out_where_the_user_names_a_test(
    workspace: Path, collect: Collect
) -> None:
    write_ini(workspace, pieces="pieces/*")

    assert collect("tests/test_one.py") == {"test_one.py"}


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


def test_what_an_error_hides_is_not_told(workspace: Path) -> None:
    folder = write_good(workspace / "pieces", "discreet", source=DISCREET)

    report = run_pytest(workspace, f"--piece={folder}", "-k", "run-offline or secrets")

    assert report.outcomes() == {
        "good::act::run-offline": "passed",
        "good::act::secrets-stay-secret": "passed",
    }


def test_what_a_fork_of_a_piece_finds_is_not_told(workspace: Path) -> None:
    folder = write_good(workspace / "pieces", "forking", source=FORKING)

    report = run_pytest(workspace, f"--piece={folder}", "-k", "run-offline")

    assert report.outcomes() == {"good::act::run-offline": "passed"}


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


def live_texts(workspace: Path, conftests: Iterable[str]) -> list[str]:
    """What the report says of `by_hand` in copies of a piece, each with another service."""
    folders = [
        write_good(workspace / "copies", str(number), conftest=conftest, source=SMALL)
        for number, conftest in enumerate(conftests)
    ]
    options = (f"--piece={folder}" for folder in folders)
    report = run_pytest(workspace, "-k", "by_hand and service", *options)
    return [item.text for item in report.items]


def test_an_event_that_fails_is_one_message(workspace: Path) -> None:
    events = ["1 / 0", '{"id": 7}', "WebhookPayload(body={1, 2})", "WebhookPayload(headers=None)"]

    texts = live_texts(
        workspace,
        (SMALL_SERVICE.replace('WebhookPayload(body={"id": 7})', event) for event in events),
    )

    assert texts == [
        (
            "the event of `by_hand` raised ZeroDivisionError: division by zero\n"
            "  at       copies/0/conftest.py:8"
        ),
        "the event of `by_hand` gave `dict`, not a `WebhookPayload` or `None`",
        "the event of `by_hand` gave no request: `payload.body` is `set`, which is not JSON",
        "the event of `by_hand` gave no request: `payload.headers` is `NoneType`, not a dict",
    ]


def test_a_service_that_does_not_fit_the_piece_is_refused(workspace: Path) -> None:
    declared = [
        (
            'props={"speed": 1}, events={"by_foot": print},'
            ' part_props={"by_foot": {}, "by_hand": {"speed": 1}}'
        ),
        'props=[], events={"by_hand": 7}, part_props={"by_hand": 1}',
        "auth=object()",
    ]

    texts = live_texts(
        workspace,
        (
            "import pytest\nfrom pieces_engine.contract import ContractService\n"
            f"@pytest.fixture\ndef contract_service(): return ContractService({each})\n"
            for each in declared
        ),
    )

    assert texts == [
        (
            "`contract_service` does not fit the piece:"
            " `events` names `by_foot`, which is no trigger; there is `by_hand`, `posted`;"
            " `props` names `speed`, which no action or trigger has;"
            " `part_props` names `by_foot`, which is no part; there is `by_hand`, `posted`;"
            " `part_props` names `speed`, which `by_hand` lacks; there is none"
        ),
        (
            "`contract_service` does not fit the piece: `props` is `list`, not a dict;"
            " `part_props['by_hand']` is `int`, not a dict; `events['by_hand']` is `int`,"
            " not a function"
        ),
        "`contract_service.auth` is `object`, which is not JSON",
    ]


def test_a_piece_that_our_own_code_trips_over_is_broken_and_others_are_not(
    workspace: Path,
) -> None:
    strange = write_good(workspace / "pieces" / "strange", source=STRANGE)

    report = run_pytest(workspace, f"--piece={strange}", "--piece=pieces/good")

    failed = report.failed("good")
    assert list(failed) == ["metadata-is-json", "act::props-round-trip", "act::run-offline"]
    assert "`act` cannot be looked at: AttributeError: " in failed["act::run-offline"]
    assert "Traceback" not in report.output
    assert "good::posted::run-offline" in report.outcomes()
