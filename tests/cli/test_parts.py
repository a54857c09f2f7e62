"""`actions create` and `triggers create`."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pieces_cli.main import actions, triggers
from tests.support.scaffolding import add_action, add_trigger, give_auth, made, pieces, snapshot

INIT = "piece_gelato/__init__.py"


def decorator_values(path: Path) -> dict[str, object]:
    """The literal arguments of the decorator that declares the part."""
    [declared] = [
        node
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.AsyncFunctionDef) and isinstance(node.decorator_list[0], ast.Call)
    ][:1]
    call = declared.decorator_list[0]
    assert isinstance(call, ast.Call)
    return {
        each.arg or "": ast.literal_eval(each.value)
        for each in call.keywords
        if isinstance(each.value, ast.Constant | ast.Dict)
    }


def test_an_action_is_a_module_a_test_and_a_registration(gelato: Path) -> None:
    before = snapshot(gelato)

    result = add_action("gelato", "New Row (Beta)")

    after = snapshot(gelato)
    module = "pieces/custom/gelato/piece_gelato/actions/new_row_beta.py"
    assert result.exit_code == 0
    assert result.stdout == (
        "Piece path: pieces/custom/gelato\n"
        f"✨  Action {module} created, and registered in its piece\n"
        "Next: call the service in it, then\n  pieces check gelato\n  pieces test gelato\n"
    )
    assert {path for path, content in after.items() if before.get(path) != content} == {
        INIT,
        "piece_gelato/actions/new_row_beta.py",
        "tests/test_gelato_new_row_beta.py",
    }
    assert decorator_values(gelato / "piece_gelato/actions/new_row_beta.py") == {
        "name": "new_row_beta",
        "display_name": "New Row (Beta)",
        "description": "Does it.",
    }


@pytest.mark.parametrize(
    ("technique", "declares"),
    [("polling", "@create_polling_trigger("), ("webhook", "strategy=TriggerStrategy.WEBHOOK")],
)
def test_a_trigger_polls_or_is_called(technique: str, declares: str, gelato: Path) -> None:
    result = add_trigger("gelato", "New Flavor", technique)

    text = (gelato / "piece_gelato/triggers/new_flavor.py").read_text()
    assert result.exit_code == 0
    assert declares in text
    assert "from .triggers.new_flavor import new_flavor" in (gelato / INIT).read_text()
    assert (gelato / "tests/test_gelato_new_flavor.py").is_file()


def test_without_a_terminal_a_trigger_is_a_webhook(gelato: Path) -> None:
    made("triggers", "create", "--piece=gelato", "--name=New Flavor", "--description=Sees it.")

    assert "WEBHOOK" in (gelato / "piece_gelato/triggers/new_flavor.py").read_text()


def test_the_groups_are_commands_of_their_own(gelato: Path) -> None:
    options = ["create", "--piece", "gelato", "--description", "x", "--name"]

    results = [
        CliRunner().invoke(actions, [*options, "get flavor"]),
        CliRunner().invoke(triggers, [*options, "new flavor"]),
        CliRunner().invoke(triggers, [*options, "new flavor"]),
    ]

    assert [result.exit_code for result in results] == [0, 0, 1]
    assert "already exists" in results[-1].stderr


@pytest.mark.parametrize("folder", [".", "piece_gelato/actions"])
def test_in_the_folder_of_a_piece_it_need_not_be_named(
    folder: str, gelato: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made("create", "--name", "sorbet")
    monkeypatch.chdir(gelato / folder)

    made("actions", "create", "--name=Get Flavor", "--description=x")
    made("triggers", "create", "--name=New Flavor", "--description=x", "--piece=sorbet")

    assert (gelato / "piece_gelato/actions/get_flavor.py").is_file()
    assert (gelato.parents[1] / "community/sorbet/piece_sorbet/triggers/new_flavor.py").is_file()


@pytest.mark.parametrize(
    ("options", "flag"),
    [
        ([], "--piece"),
        (["--piece=gelato"], "--name"),
        (["--piece=gelato", "--name=Get It"], "--description"),
    ],
)
@pytest.mark.parametrize("group", ["actions", "triggers"])
def test_without_a_terminal_what_is_missing_is_named(
    group: str, options: list[str], flag: str, gelato: Path
) -> None:
    result = pieces(group, "create", *options)

    assert result.exit_code == 2
    assert f"Missing {flag}: there is no terminal to ask on." in result.stderr


@pytest.mark.parametrize("group", ["actions", "triggers"])
def test_a_dry_run_writes_nothing_and_tells_what_would_be(group: str, gelato: Path) -> None:
    options = ["--piece=gelato", "--name=Get Flavor", "--description=x"]
    before = snapshot(gelato)

    planned = json.loads(made(group, "create", *options, "--dry-run", "--json").stdout)
    printed = made(group, "create", *options, "--dry-run").stdout
    assert snapshot(gelato) == before

    done = json.loads(made(group, "create", *options, "--json").stdout)
    created, changed = done["data"]["created"], done["data"]["changed"]
    assert planned["schema"] == f"pieces.{group}.create/1"
    assert planned["data"] == {**done["data"], "dryRun": True}
    assert printed.splitlines() == [
        *(f"would write {path}" for path in created),
        *(f"would change {path}" for path in changed),
    ]
    after = snapshot(gelato)
    assert {
        f"pieces/custom/gelato/{path}" for path in after if after[path] != before.get(path)
    } == {
        *created,
        *changed,
    }


def test_a_dry_run_refuses_what_a_run_would(gelato: Path) -> None:
    add_action("gelato", "Get Flavor")
    options = ["actions", "create", "--piece=gelato", "--description=x", "--name=get flavor"]

    dry = pieces(*options, "--dry-run")

    assert dry.exit_code == 1
    assert dry.stderr == pieces(*options).stderr


def test_json_tells_what_was_made(gelato: Path) -> None:
    give_auth(gelato, "gelato_auth")

    result = made(
        *("actions", "create", "--piece", "piece-gelato", "--name", "Get Flavor"),
        *("--description", "x", "--json"),
    )

    assert json.loads(result.stdout)["data"] == {
        "piece": "gelato",
        "package": "piece-gelato",
        "name": "get_flavor",
        "displayName": "Get Flavor",
        "auth": "gelato_auth",
        "path": "pieces/custom/gelato/piece_gelato/actions/get_flavor.py",
        "created": [
            "pieces/custom/gelato/piece_gelato/actions/get_flavor.py",
            "pieces/custom/gelato/tests/test_gelato_get_flavor.py",
        ],
        "changed": ["pieces/custom/gelato/piece_gelato/__init__.py"],
        "toFillIn": [],
        "dryRun": False,
    }


NASTY = {
    "double-quotes": 'say "hi"',
    "both-quotes": "it's \"so\" 'so'",
    "triple-quotes": "'''\"\"\"",
    "backslashes": "a\\b \\n C:\\new\\",
    "braces": "{{ x }} {% if y %} {# z #} {cookiecutter.name}",
    "newlines": "one\ntwo\r\nthree\ttab\x0b\x0c",
    "unicode": "Créme brûlée 日本語 👨‍👩‍👧 \u202e\u2028\x00\x7f\ufeff",
    "long": "very " * 400 + "long",
    "percent": "%s %(x)s $x ${x} `x`",
    "ends-in-space": " padded  ",
    "empty": "",
}


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_any_text_arrives_as_it_was_given(text: str, gelato: Path) -> None:
    result = add_action("gelato", f"Act {text}", text)

    [path] = set((gelato / "piece_gelato/actions").glob("act*.py"))
    values = decorator_values(path)
    assert result.exit_code == 0
    assert (values["display_name"], values["description"]) == (f"Act {text}", text)


@pytest.mark.parametrize("name", ["", "日本", "import", "3D Print"])
def test_an_unusable_display_name_writes_nothing(name: str, gelato: Path) -> None:
    before = snapshot(gelato)

    result = add_action("gelato", name)

    assert result.exit_code == 2
    assert result.stderr.startswith("error: the display name ")
    assert "hint: begin with a Latin letter" in result.stderr
    assert snapshot(gelato) == before


def test_text_that_is_no_text_is_refused(gelato: Path) -> None:
    before = snapshot(gelato)

    result = add_action("gelato", "Get Flavor", "\udcff")

    assert result.exit_code == 1
    assert "is not valid text" in result.stderr
    assert snapshot(gelato) == before


@pytest.mark.parametrize(
    "path", ["piece_gelato/actions/get_flavor.py", "tests/test_gelato_get_flavor.py"]
)
def test_a_file_in_the_way_writes_nothing(path: str, gelato: Path) -> None:
    (gelato / path).write_text("# mine\n")
    before = snapshot(gelato)

    result = add_action("gelato", "get flavor")

    assert result.exit_code == 1
    assert f"{path}` already exists" in result.stderr
    assert snapshot(gelato) == before


@pytest.mark.parametrize(
    ("init", "message"),
    [
        pytest.param(b"gelato = (", "is not valid Python", id="syntax"),
        pytest.param(b"gelato = 1\n", "calls `create_piece` 0 times", id="no-call"),
        pytest.param(b"# \xff\n", "cannot be read as UTF-8", id="latin-1"),
        pytest.param(b"get_flavor = 1\n", "uses the name `get_flavor` already", id="taken"),
    ],
)
def test_an_init_that_cannot_be_added_to_writes_nothing(
    init: bytes, message: str, gelato: Path
) -> None:
    (gelato / INIT).write_bytes(init)
    before = snapshot(gelato)

    result = add_action("gelato", "get flavor")

    assert result.exit_code == 65
    assert message in result.stderr
    assert snapshot(gelato) == before


def test_a_name_that_a_part_of_the_other_kind_has_is_refused_with_that_part(gelato: Path) -> None:
    add_action("gelato", "Order")

    result = add_trigger("gelato", "Order", "polling")

    assert result.exit_code == 65
    assert "already: `from .actions.order import order`\nhint: " in result.stderr


def test_a_piece_without_its_package_is_refused(gelato: Path) -> None:
    (gelato / INIT).unlink()
    before = snapshot(gelato)

    result = add_action("gelato", "get flavor")

    assert result.exit_code == 65
    assert "has no `piece_gelato/__init__.py`" in result.stderr
    assert snapshot(gelato) == before


def test_an_unknown_piece_is_refused_with_the_one_meant(gelato: Path) -> None:
    result = add_action("gelatto", "get flavor")

    assert result.exit_code == 1
    assert result.stderr.endswith("hint: did you mean `gelato`?\n")


def test_missing_folders_are_made_as_packages(gelato: Path) -> None:
    (gelato / "piece_gelato/actions/__init__.py").unlink()
    (gelato / "piece_gelato/actions").rmdir()

    result = add_action("gelato", "get flavor")

    assert result.exit_code == 0
    assert (gelato / "piece_gelato/actions/__init__.py").is_file()


def test_a_byte_order_mark_stays(gelato: Path) -> None:
    init = gelato / INIT
    init.write_bytes(b"\xef\xbb\xbf" + init.read_bytes())

    result = add_action("gelato", "get flavor")

    assert result.exit_code == 0
    assert init.read_bytes().startswith(b'\xef\xbb\xbf"""')


def test_a_single_piece_outside_a_workspace_is_added_to(
    gelato: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = gelato.rename(gelato.parents[3] / "alone")
    monkeypatch.chdir(alone)

    result = add_action("gelato", "get flavor")

    assert result.exit_code == 0
    assert (alone / "piece_gelato/actions/get_flavor.py").is_file()
    assert "Piece path: .\n" in result.stdout
