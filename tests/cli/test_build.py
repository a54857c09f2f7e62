"""`pieces build`, also `build-piece`."""

from __future__ import annotations

import hashlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from hatchling.builders.wheel import WheelBuilder

from pieces_cli.building.wheel import build_wheel
from pieces_cli.main import build_piece
from pieces_engine.workspace.extraction import ExtractionError, extract
from pieces_engine.workspace.folders import require_workspace
from pieces_framework.artifact import read_piece_wheel
from tests.support.command import pieces_command
from tests.support.scaffolding import add_action, made, pieces, snapshot

SDIST = "piece_gelato-0.0.1.tar.gz"
WHEEL = "piece_gelato-0.0.1-py3-none-any.whl"
INIT = "piece_gelato/__init__.py"


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


def test_the_wheel_holds_the_code_and_the_metadata(gelato: Path, workspace: Path) -> None:
    add_action("gelato", "Get Flavor")

    result = made("build", "gelato")

    path = workspace / "dist" / WHEEL
    piece = read_piece_wheel(path).piece
    assert result.stdout == f"Piece 'gelato' built and packed successfully at {path}\n"
    assert (piece.name, str(piece.version), piece.framework) == ("piece-gelato", "0.0.1", "0.1.0")
    assert piece.metadata["displayName"] == "Gelato"
    assert list(piece.i18n) == []
    with zipfile.ZipFile(path) as archive:
        document = json.loads(
            archive.read("piece_gelato-0.0.1.dist-info/extra_metadata/piece.json")
        )
        names = {name for name in archive.namelist() if ".dist-info" not in name}
    assert list(document) == [
        "schema",
        "name",
        "version",
        "sourceDigest",
        "framework",
        "metadata",
        "i18n",
    ]
    assert list(document["metadata"]["actions"]) == ["get_flavor"]
    assert names == {
        "piece_gelato/__init__.py",
        "piece_gelato/actions/__init__.py",
        "piece_gelato/actions/get_flavor.py",
        "piece_gelato/py.typed",
        "piece_gelato/triggers/__init__.py",
    }


@pytest.mark.parametrize("args", [["gelato"], ["--name", "gelato"], ["gelato", "--name=gelato"]])
def test_the_piece_is_named_by_argument_or_flag(args: list[str], gelato: Path) -> None:
    result = CliRunner().invoke(build_piece, [*args, "--out", "here/below"])

    assert result.exit_code == 0
    assert (Path.cwd() / "here/below" / WHEEL).is_file()


def test_two_names_are_a_usage_error(gelato: Path) -> None:
    result = pieces("build", "gelato", "--name", "sorbet")

    assert result.exit_code == 2


@pytest.fixture
def clone(gelato: Path, workspace: Path) -> Path:
    """The workspace once more: elsewhere, and with other times and permissions of its files."""
    (gelato / INIT).with_name("texts.json").write_text('{"é": "\u2028"}', encoding="utf-8")
    other = shutil.copytree(workspace, workspace.parent / "else where")
    for path in other.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
        os.utime(path, (1, 1))
    return other


@pytest.fixture
def _private_files() -> Iterator[None]:
    umask = os.umask(0o077)
    yield
    os.umask(umask)


@pytest.mark.usefixtures("_private_files")
def test_the_same_input_gives_the_same_bytes(clone: Path, workspace: Path) -> None:
    made("build", "gelato", "--sdist")
    settings = {"LC_ALL": "C", "PYTHONUTF8": "0", "TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "7"}

    with pieces_command("build", "gelato", "--sdist", cwd=clone, **settings) as command:
        assert command.end()[0] == 0

    for name in (WHEEL, SDIST):
        assert (clone / "dist" / name).read_bytes() == (workspace / "dist" / name).read_bytes()


def test_the_sdist_holds_the_sources_and_is_named(gelato: Path, workspace: Path) -> None:
    result = made("build", "gelato", "--sdist")

    path = workspace / "dist" / SDIST
    with tarfile.open(path) as archive:
        names = set(archive.getnames())
    folder = SDIST.removesuffix(".tar.gz")
    assert result.stdout.endswith(f"Its sources are packed at {path}\n")
    assert {f"{folder}/{name}" for name in ("pyproject.toml", INIT, "README.md")} <= names
    assert not [name for name in names if "__pycache__" in name or "dist/" in name]


def test_the_unpacked_sdist_builds_the_same_wheel(
    gelato: Path, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made("build", "gelato", "--sdist")
    monkeypatch.chdir(unpacked(workspace / "dist" / SDIST, tmp_path))

    made("build", "gelato")

    assert Path("dist", WHEEL).read_bytes() == (workspace / "dist" / WHEEL).read_bytes()


def test_what_hatchling_makes_of_the_sdist_lacks_the_metadata_only(
    gelato: Path, workspace: Path, tmp_path: Path
) -> None:
    made("build", "gelato", "--sdist")
    folder = unpacked(workspace / "dist" / SDIST, tmp_path)

    [plain] = WheelBuilder(str(folder)).build(directory=str(tmp_path))

    assert plain.endswith(WHEEL)
    ours, theirs = contents(workspace / "dist" / WHEEL), contents(Path(plain))
    metadata = "piece_gelato-0.0.1.dist-info/extra_metadata/piece.json"
    record = "piece_gelato-0.0.1.dist-info/RECORD"
    assert ours.keys() - theirs.keys() == {metadata}
    assert {name for name in theirs if ours[name] != theirs[name]} == {record}


def unpacked(sdist: Path, into: Path) -> Path:
    """Unpack it and return its folder; by tar, as not every Python 3.11 has `tarfile`'s filters."""
    subprocess.run(["tar", "-xzf", sdist, "-C", into], check=True)
    return into / sdist.name.removesuffix(".tar.gz")


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_program_is_told_in_one_document(gelato: Path, workspace: Path) -> None:
    result = made("build", "gelato", "--sdist", "--json")

    document = json.loads(result.stdout)
    wheel = workspace / "dist" / WHEEL
    assert (document["schema"], document["ok"]) == ("pieces.build/1", True)
    assert document["data"]["wheel"] == str(wheel)
    assert document["data"]["sdist"] == str(workspace / "dist" / SDIST)
    assert document["data"]["sha256"] == hashlib.sha256(wheel.read_bytes()).hexdigest()


def test_source_date_epoch_is_respected(
    gelato: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")

    made("build", "gelato", "--out", "dated")

    with zipfile.ZipFile(workspace / "dated" / WHEEL) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2023, 11, 14, 22, 13, 20)}


def test_source_date_epoch_changes_the_dates_only(
    gelato: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made("build", "gelato")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")

    made("build", "gelato", "--out", "dated")

    assert contents(workspace / "dated" / WHEEL) == contents(workspace / "dist" / WHEEL)


def test_the_digests_are_those_of_the_file_and_of_its_sources(gelato: Path) -> None:
    workspace = require_workspace()
    piece = workspace.find("gelato")

    built = build_wheel(piece, python=Path(sys.executable), out=workspace.root / "out")

    assert built.sha256 == hashlib.sha256(built.path.read_bytes()).hexdigest()
    assert built.source_digest == read_piece_wheel(built.path).piece.source_digest


def source_digest() -> str:
    workspace = require_workspace()
    piece = workspace.find("gelato")
    return build_wheel(piece, python=Path(sys.executable), out=workspace.root / "out").source_digest


@pytest.mark.parametrize(
    "path", ["piece_gelato/actions/__init__.py", "pyproject.toml", "piece_gelato/py.typed"]
)
def test_the_source_digest_changes_with_what_is_built(path: str, gelato: Path) -> None:
    before = source_digest()
    append(gelato / path, "# changed\n")

    assert source_digest() != before


@pytest.mark.parametrize("path", ["tests/test_piece_gelato.py", "CHANGELOG.md"])
def test_the_source_digest_stays_when_other_files_change(path: str, gelato: Path) -> None:
    before = source_digest()
    append(gelato / path, "# changed\n")

    assert source_digest() == before


def test_a_project_file_with_a_byte_order_mark_is_built(gelato: Path, workspace: Path) -> None:
    path = gelato / "pyproject.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    made("build", "gelato")

    assert (workspace / "dist" / WHEEL).is_file()


def test_an_older_wheel_is_replaced(gelato: Path, workspace: Path) -> None:
    (workspace / "dist").mkdir()
    (workspace / "dist" / WHEEL).write_text("old")

    made("build", "gelato")

    assert [path.name for path in (workspace / "dist").iterdir()] == [WHEEL]
    assert (workspace / "dist" / WHEEL).read_bytes().startswith(b"PK")


def broken(gelato: Path, name: str, text: str) -> None:
    path = gelato / name
    path.write_text(text if name != "pyproject.toml" else path.read_text() + text)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        pytest.param(
            INIT, "gelato = (", ["`gelato`: ", "is not valid Python: '(' was"], id="syntax"
        ),
        pytest.param(INIT, "1 / 0", ["ZeroDivisionError", "__init__.py:1"], id="crash"),
        pytest.param(INIT, "import nowhere", ["`nowhere` is not installed"], id="import"),
        pytest.param(INIT, "gelato = 1", ["is int, not a piece"], id="no-piece"),
        pytest.param(
            INIT,
            "from pieces_framework import create_piece\n"
            "gelato = create_piece(display_name='', logo_url='', actions=[], triggers=[])",
            ["`gelato`: the piece has no display_name; pass the name of the service"],
            id="definition",
        ),
        pytest.param(
            INIT, "import os; os.write(1, b'noise')\n", ["error: `gelato`"], id="noise-and-error"
        ),
        pytest.param(
            "pyproject.toml", '\n[tool.hatch.build]\nexclude = ["piece_gelato"]\n',
            ["error: "], id="nothing-to-ship",
        ),
        pytest.param(
            "pyproject.toml", "\n[tool.hatch.build.targets.wheel.force-include]\n'x' = 'y'\n",
            ["cannot be built: Forced include not found"], id="hatchling",
        ),
    ],
)  # fmt: skip
def test_a_piece_that_cannot_be_built_leaves_no_wheel(
    name: str, text: str, said: list[str], gelato: Path, workspace: Path
) -> None:
    broken(gelato, name, text)

    result = pieces("build", "gelato")

    assert result.exit_code == 65, result.output
    assert result.stderr.startswith("error: ")
    assert all(each in result.stderr for each in said), result.stderr
    assert not (workspace / "dist").exists()


def test_what_a_piece_prints_does_not_matter(gelato: Path, workspace: Path) -> None:
    append(gelato / INIT, "\nprint('{}')\n")

    result = made("build", "gelato")

    assert "{}" not in result.stdout
    assert (workspace / "dist" / WHEEL).is_file()


def test_writing_past_python_to_standard_output_is_an_error(gelato: Path) -> None:
    append(gelato / INIT, "\nimport os; os.write(1, b'noise')\n")

    result = pieces("build", "gelato")

    assert result.exit_code == 65
    assert "wrote to standard output while it was imported: 'noise{" in result.stderr


def test_an_answer_nested_too_deeply_is_an_error(gelato: Path) -> None:
    append(gelato / INIT, "\nimport os; os.write(1, b'[' * 60000)\n")

    result = pieces("build", "gelato")

    assert result.exit_code == 65
    assert "wrote to standard output while it was imported" in result.stderr


def test_a_process_that_a_piece_leaves_behind_holds_nothing_up(gelato: Path) -> None:
    command = "import threading; threading.Event().wait()"
    append(
        gelato / INIT,
        f"\nimport subprocess, sys; subprocess.Popen([sys.executable, '-c', {command!r}])\n",
    )

    extracted = extract(require_workspace().find("gelato"), Path(sys.executable), timeout_s=20)

    assert extracted.metadata["displayName"] == "Gelato"


def test_sigterm_ends_the_import_too(gelato: Path, workspace: Path) -> None:
    pipe = workspace / "pipe"
    os.mkfifo(pipe)
    # The end of what is read comes when the process that imports the piece is gone.
    append(
        gelato / INIT,
        f"\nimport threading; pipe = open({str(pipe)!r}, 'w')\n"
        "pipe.write('begun\\n'); pipe.flush(); threading.Event().wait()\n",
    )

    with pieces_command("build", "gelato", cwd=workspace) as command, pipe.open() as said:
        said.readline()
        command.send(signal.SIGTERM)
        exit_code, _ = command.end()
        is_over, _, _ = select.select([said], [], [], 10)

    assert (exit_code, bool(is_over)) == (143, True)


def test_an_import_without_end_is_given_up(gelato: Path) -> None:
    append(gelato / INIT, "\nimport threading; threading.Event().wait()\n")

    with pytest.raises(ExtractionError, match="still being imported after 1 s"):
        extract(require_workspace().find("gelato"), Path(sys.executable), timeout_s=1)


def test_what_publishes_or_runs_an_instance_is_kept_from_the_piece(gelato: Path) -> None:
    names = [
        *("AP_API_KEY", "AP_ENCRYPTION_KEY", "AP_JWT_SECRET", "PGPASSWORD"),
        *("TWINE_PASSWORD", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
    ]
    append(gelato / INIT, f"\nimport os; assert not {set(names)} & os.environ.keys()\n")

    result = pieces("build", "gelato", **dict.fromkeys(names, "sk-secret"))

    assert result.exit_code == 0, result.output


def without_packages(path: Path) -> Path:
    """Write an interpreter that has none of the packages of the environment the tests run in."""
    path.parent.mkdir(parents=True)
    path.write_text(f'#!/bin/sh\nexec "{os.path.realpath(sys.executable)}" -I -S "$@"\n')
    path.chmod(0o755)
    return path


def test_an_interpreter_without_the_framework_is_named(gelato: Path, tmp_path: Path) -> None:
    python = without_packages(tmp_path / "bin" / "python")

    with pytest.raises(ExtractionError, match="has no pieces-framework") as raised:
        extract(require_workspace().find("gelato"), python)

    assert f"`{python}`" in raised.value.message
    assert "install the piece into that environment" in raised.value.hint
    assert "`/simple/`" in raised.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "from pieces_framework import Proprety",
        "import pieces_framework.gone",
        "import sys; sys.stderr.write(\"No module named 'pieces_framework' is my name\"); 1 / 0",
    ],
)
def test_a_mistake_that_names_the_framework_does_not_make_it_missing(
    text: str, gelato: Path
) -> None:
    broken(gelato, INIT, text)

    result = pieces("build", "gelato")

    assert result.exit_code == 65
    assert "has no pieces-framework" not in result.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import os; os._exit(0)", "`gelato` ended the interpreter while it was imported"),
        ("import os; os._exit(3)", "`gelato` could not be imported (exit code 3)"),
        ("raise SystemExit", "SystemExit"),
    ],
)
def test_an_import_that_ends_the_interpreter_is_an_error(
    text: str, said: str, gelato: Path
) -> None:
    append(gelato / INIT, f"\n{text}\n")

    result = pieces("build", "gelato")

    assert result.exit_code == 65
    assert said in result.stderr
    assert "standard output" not in result.stderr


def test_an_interpreter_that_does_not_start_is_named(gelato: Path, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("not a program")

    with pytest.raises(ExtractionError, match=f"`{python}` cannot be started"):
        extract(require_workspace().find("gelato"), python)


def test_hatchlings_variables_do_not_count(
    gelato: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HATCH_BUILD_HOOKS_ONLY", "true")

    made("build", "gelato")

    assert (workspace / "dist" / WHEEL).is_file()


@pytest.mark.parametrize("epoch", ["", "now", "-1", "4354819200"])
def test_a_source_date_epoch_that_is_no_date_is_refused(
    epoch: str, gelato: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)

    result = pieces("build", "gelato")

    assert result.exit_code == 65
    assert result.stderr.startswith(f"error: `SOURCE_DATE_EPOCH` is {epoch!r}\n")


def test_the_wheel_does_not_depend_on_permissions(gelato: Path, workspace: Path) -> None:
    made("build", "gelato")
    (gelato / INIT).chmod(0o755)

    made("build", "gelato", "--out", "other")

    ours = (workspace / "dist" / WHEEL).read_bytes()
    assert (workspace / "other" / WHEEL).read_bytes() == ours


def test_the_piece_of_this_folder_needs_no_name(
    gelato: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(gelato / "piece_gelato")

    result = made("build")

    assert (workspace / "dist" / WHEEL).is_file()
    assert result.stderr == "next: `pieces publish --name gelato` brings it to an instance\n"


def test_an_output_folder_that_cannot_be_written_is_an_error(gelato: Path) -> None:
    (Path.cwd() / "file").write_text("mine")

    result = pieces("build", "gelato", "--out", "file/below")

    assert result.exit_code == 1
    assert result.stderr.startswith("error: cannot write `file/below/")


def test_a_lone_piece_is_built_beside_itself(gelato: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = gelato.rename(gelato.parents[3] / "alone")
    monkeypatch.chdir(alone)

    made("build", "gelato")

    assert (alone / "dist" / WHEEL).is_file()


def test_building_leaves_the_piece_as_it_was(gelato: Path) -> None:
    before = snapshot(gelato)

    made("build", "gelato")

    after = {
        path: content for path, content in snapshot(gelato).items() if "__pycache__" not in path
    }
    assert after == before
