"""`keys create`, `keys list` and `keys revoke`, on a data folder of their own."""

from __future__ import annotations

import argparse
import json
import re
import shlex
from contextlib import closing
from pathlib import Path

import pytest

from pieces_server.access.errors import KeyConflictError, KeyNotFoundError
from pieces_server.access.keys import ApiKeys
from pieces_server.commands import keys
from pieces_server.database import open_database
from tests.support.instance_commands import settings_of


def run(folder: Path, *arguments: str) -> int:
    """Run a command as the program does; what it prints is for `capsys`."""
    parser = argparse.ArgumentParser()
    keys.register(parser.add_subparsers())
    options = parser.parse_args(["keys", *arguments])
    code: int = options.run(settings_of(folder, {}), options)
    return code


def scope_of(folder: Path, key: str) -> str:
    with closing(open_database(settings_of(folder, {}))) as database:
        return ApiKeys(database).find(key).scope


def test_a_key_is_printed_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(tmp_path, "create", "--name", "ci")

    printed = capsys.readouterr().out
    assert code == 0
    assert re.fullmatch("sk-[0-9a-zA-Z]{61}\n", printed)
    assert scope_of(tmp_path, printed.strip()) == "publish"


def test_a_key_has_the_scope_that_was_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path, "create", "--scope", "read")

    assert scope_of(tmp_path, capsys.readouterr().out.strip()) == "read"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--name", ""], "a name has 1 to 100 characters"),
        (["--name", "x" * 101], "a name has 1 to 100 characters"),
        (["--name", "a\x1b[2J"], "all of them printable"),
        (["--scope", "root"], "invalid choice: 'root'"),
        (["--expires", "2020-01-01"], "is not in the future"),
        (["--expires", "soon"], "'soon' is no span such as 90d"),
    ],
)
def test_a_key_that_was_asked_for_wrongly_is_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(tmp_path, "create", *arguments)

    assert ended.value.code == 2
    assert reason in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_keys_are_listed_as_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path, "create", "--name", "laptop of Ada", "--scope", "read", "--expires", "2100-01-01")
    key = capsys.readouterr().out.strip()

    run(tmp_path, "list")

    heading, row = capsys.readouterr().out.splitlines()
    columns = re.split("  +", heading)
    cells = re.split("  +", row)
    assert columns[:4] == ["ID", "NAME", "SCOPE", "ENDS IN"]
    assert columns[4:] == ["CREATED", "EXPIRES", "LAST USED", "REVOKED"]
    assert cells[1:4] == ["laptop of Ada", "read", key[-4:]]
    assert cells[5:] == ["2100-01-01T00:00:00.000Z", "never"]
    assert key not in row


def test_keys_are_listed_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path, "create", "--name", "ci")
    key = capsys.readouterr().out.strip()

    run(tmp_path, "list", "--json")

    [entry] = json.loads(capsys.readouterr().out)
    assert (entry["displayName"], entry["truncatedValue"]) == ("ci", key[-4:])
    assert "value" not in entry


def test_a_revoked_key_stays_in_the_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path, "create", "--name", "ci")
    codes = [run(tmp_path, "revoke", "ci"), run(tmp_path, "revoke", "ci")]
    said = capsys.readouterr().out.splitlines()

    run(tmp_path, "list", "--json")

    [entry] = json.loads(capsys.readouterr().out)
    assert codes == [0, 0]
    assert said[1] == f"revoked {entry['id']}, 'ci', which ended in {entry['truncatedValue']}"
    assert said[2] == f"{entry['id']}, 'ci', was revoked at {entry['revoked']}"


def test_a_name_of_several_keys_revokes_none(tmp_path: Path) -> None:
    for _ in range(2):
        run(tmp_path, "create", "--name", "ci")

    with pytest.raises(KeyConflictError, match="several api keys are called 'ci'"):
        run(tmp_path, "revoke", "ci")


def test_a_key_that_is_not_there_is_not_revoked(tmp_path: Path) -> None:
    run(tmp_path, "create", "--name", "ada")

    with pytest.raises(KeyNotFoundError, match="'ci'"):
        run(tmp_path, "revoke", "ci")


def test_the_last_administrator_is_revoked_by_force_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path, "create", "--name", "ada", "--scope", "admin")
    with pytest.raises(KeyConflictError, match="'ada' is the last api key with the scope `admin`"):
        run(tmp_path, "revoke", "ada")

    code = run(tmp_path, "revoke", "ada", "--force")

    assert code == 0
    assert "revoked" in capsys.readouterr().out


COMMAND = "python -m pieces_server keys "
PAGES = sorted((Path(__file__).parents[2] / "docs").rglob("*.md"))
DOCUMENTED = {
    line
    for page in PAGES
    for line in re.findall(re.escape(COMMAND) + r"([a-z]+[^`\n)|#…]*)", page.read_text())
}


@pytest.mark.parametrize("words", sorted(DOCUMENTED))
def test_each_documented_command_is_understood(words: str) -> None:
    parser = argparse.ArgumentParser()
    keys.register(parser.add_subparsers())

    options = parser.parse_args(["keys", *shlex.split(words)])

    assert callable(options.run)
