"""The checks of a piece that is published: in a process of its own, within bounds."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from pieces_server.checking.checker import Checker
from pieces_server.checking.wheel_files import read_files
from pieces_server.errors import ChecksFailedError
from tests.support.instance import Instance
from tests.support.publishing import publish, stored_state
from tests.support.waiting import eventually
from tests.support.wheels import build_wheel, wheel_files, write_wheel

MB = 1024 * 1024
UNVERIFIED = "import httpx\n\n\ndef get():\n    return httpx.get('https://a.b', verify=False)\n"


@pytest.fixture
def checker() -> Iterator[Checker]:
    made = Checker()
    yield made
    made.close()


def test_a_piece_with_an_error_is_refused_and_all_that_was_found_is_told(
    instance: Instance, tmp_path: Path
) -> None:
    wheel = build_wheel(tmp_path, "piece-unverified", module=UNVERIFIED).read_bytes()
    before = stored_state(instance)

    answer = publish(instance, wheel, name="piece-unverified", filename="u.whl")

    assert (answer.status_code, answer.json()["code"]) == (400, "PIECE_CHECKS_FAILED")
    params = answer.json()["params"]
    assert params["message"].startswith("`u.whl` does not pass the checks: ")
    assert params["hint"] == "run `pieces check` and mend what it finds"
    first = params["findings"][0]
    assert (first["rule"], first["severity"]) == ("tls-unverified", "error")
    assert (first["path"], first["line"]) == ("piece_unverified/__init__.py", 5)
    assert "warning" in {each["severity"] for each in params["findings"]}
    assert stored_state(instance) == before


def test_warnings_are_told_with_the_published_version(instance: Instance, tmp_path: Path) -> None:
    module = "def show():\n    print('vanilla')\n"
    wheel = build_wheel(tmp_path, "piece-printing", module=module).read_bytes()

    answer = publish(instance, wheel, name="piece-printing")

    assert answer.status_code == 201
    assert "print-call" in {each["rule"] for each in answer.json()["findings"]}
    detail = httpx.get(f"{instance.url}/api/v1/pieces/piece-printing", headers=instance.headers)
    assert "findings" not in detail.json()


@pytest.mark.parametrize(
    "module",
    [
        pytest.param(f"X = {'-' * 500_000}1", id="deep"),
        pytest.param(f"X = {'(' * 5000}1{')' * 5000}", id="brackets"),
        pytest.param(f"X = {'+'.join(['1'] * 300_000)}", id="one long line"),
        pytest.param(f"X = a{'.b' * 400_000}", id="chain"),
        pytest.param(f"X = '{chr(0)}'", id="NUL"),
        pytest.param("".join(f"{' ' * n}if x:\n" for n in range(1200)), id="indented"),
    ],
)
def test_hostile_sources_are_answered(checker: Checker, tmp_path: Path, module: str) -> None:
    wheel = build_wheel(tmp_path, module=module)

    with pytest.raises(ChecksFailedError) as caught:
        checker.findings(wheel, label="w.whl")

    assert "not valid Python" in caught.value.message


def test_a_project_file_that_would_take_minutes_is_not_read(
    checker: Checker, tmp_path: Path
) -> None:
    files = {**wheel_files(), "pyproject.toml": f"[a{'.a' * 400_000}]\n"}
    wheel = write_wheel(tmp_path / "w.whl", files)

    findings = checker.findings(wheel, label="w.whl")

    assert "project-file" not in [each["rule"] for each in findings]


def test_of_twenty_thousand_files_some_are_looked_at(checker: Checker, tmp_path: Path) -> None:
    many = {f"piece_gelato/m{number}.py": "print(1)\n" for number in range(19_990)}
    wheel = write_wheel(tmp_path / "many.whl", {**wheel_files(), **many})

    findings = checker.findings(wheel, label="many.whl")

    assert len(findings) == 100


def test_large_files_and_data_are_not_read(tmp_path: Path) -> None:
    more: dict[str, str | bytes] = {
        "piece_gelato/large.py": "#" * (MB + 1),
        "piece_gelato/image.png": b"\x89PNG",
        "piece_gelato/small.py": "",
        **{f"piece_gelato/z{number:02}.py": "#" * MB for number in range(10)},
    }
    wheel = write_wheel(tmp_path / "w.whl", {**wheel_files(), **more})

    files, metadata = read_files(wheel)

    assert metadata["displayName"] == "Gelato"
    assert "piece_gelato/small.py" in files
    assert not {"piece_gelato/large.py", "piece_gelato/image.png"} & files.keys()
    assert sum(map(len, files.values())) <= 8 * MB


def test_a_process_that_died_is_replaced(
    checker: Checker, instance: Instance, tmp_path: Path
) -> None:
    wheel = build_wheel(tmp_path)
    checker.findings(wheel, label="w.whl")
    (child,) = checking_processes()
    os.kill(child, signal.SIGKILL)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)

    findings = checker.findings(wheel, label="w.whl")

    assert findings
    (replacement,) = checking_processes()
    assert replacement != child


def test_a_wheel_that_ends_the_process_is_refused(checker: Checker, tmp_path: Path) -> None:
    path = tmp_path / "no.whl"
    path.write_bytes(b"no zip: the reader would have refused it")

    with pytest.raises(ChecksFailedError) as caught:
        checker.findings(path, label="no.whl")

    assert "they ended their process" in caught.value.message
    assert checker.findings(build_wheel(tmp_path), label="w.whl")


def test_a_wheel_that_takes_too_long_is_refused(instance: Instance, tmp_path: Path) -> None:
    checker = Checker(wait_s=1)
    wheel = build_wheel(tmp_path, "piece-long", module="f()\n" * 240_000)

    with pytest.raises(ChecksFailedError) as caught:
        checker.findings(wheel, label="long.whl")

    assert caught.value.message == "the checks of `long.whl` failed: they take longer than 1 s"
    assert checking_processes() == []


def test_the_process_knows_nothing_of_the_instance(
    checker: Checker, instance: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AP_POSTGRES_PASSWORD", "secret")
    checker.findings(build_wheel(tmp_path), label="w.whl")
    (child,) = checking_processes()

    environment = Path(f"/proc/{child}/environ").read_bytes()

    assert {each.partition(b"=")[0] for each in environment.split(b"\0")} <= {
        *(b"", b"PATH", b"LD_LIBRARY_PATH"),
    }


def test_a_slow_piece_does_not_stop_the_others(checker: Checker, tmp_path: Path) -> None:
    endless = tmp_path / "endless.whl"
    os.mkfifo(endless)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(checker.findings, endless, label="endless.whl")
        assert eventually(lambda: bool(checking_processes()))

        findings = checker.findings(build_wheel(tmp_path), label="quick.whl")

        was_waiting = not slow.done()
        endless.open("wb").close()  # until now, it could not be opened for reading

    assert findings
    assert was_waiting
    assert isinstance(slow.exception(), ChecksFailedError)


def checking_processes() -> list[int]:
    """The processes that check for this one, started by any of its threads."""
    found = [
        int(child)
        for task in Path("/proc/self/task").iterdir()
        for child in (task / "children").read_text().split()
    ]
    return [
        child for child in found if b"checking.child" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
