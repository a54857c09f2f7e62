"""Runs `cli_naming_vectors.json`: names and refusals of the scaffolding, by release 0.83.

Each record is held against the original, worked out apart, and what our commands do against the
rule. They run for real, in a workspace of their own.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from tests.conformance import naming_original, naming_rules
from tests.conformance.naming_rules import REASONS, Expected
from tests.conformance.outcome import CaseOutcome, FileOutcome
from tests.conformance.recorded import fields

NOT_OURS: Final = {"mcp": "we offer no tools by MCP yet, so none has a name"}
_HOST: Final = "naming-host"
"""The piece that actions are added to."""


def run_file(name: str, document: Mapping[str, Any]) -> FileOutcome:
    """Run every section of `document`."""
    cases = [
        *_run_display_names(document.get("display_name", [])),
        *_run_pieces(document.get("pieces", [])),
        *(
            CaseOutcome(id=f"{section} {number}", title=section, not_run=reason)
            for section, reason in NOT_OURS.items()
            for number, _ in enumerate(document.get(section, []), start=1)
        ),
    ]
    return FileOutcome(file=name, cases=cases, reasons=REASONS)


def _run_display_names(recorded: Sequence[Any]) -> Iterator[CaseOutcome]:
    with _workspace():
        _command("create", "--name", _HOST)
        for number, case in enumerate(recorded, start=1):
            yield _judged(f"display_name {number}", lambda case=case: _display_name(case))


def _run_pieces(recorded: Sequence[Any]) -> Iterator[CaseOutcome]:
    original, rules = naming_original.Scaffold(), naming_rules.Scaffold()
    with _workspace():
        for number, case in enumerate(recorded, start=1):
            yield _judged(f"pieces {number}", lambda case=case: _piece(case, original, rules))


def _judged(id_: str, judge: Any) -> CaseOutcome:
    """Judge a case; one that is not as the file's `format` says has failed, and the next is run."""
    try:
        outcome: CaseOutcome = judge()
    except Exception as error:  # noqa: BLE001 -- no case may end the run
        problem = f"cannot be run: {type(error).__name__}: {error}"
        return CaseOutcome(id=id_, title="", problems=[problem])
    return replace(outcome, id=id_)


def _display_name(case: Any) -> CaseOutcome:
    given = case["display_name"]
    original = {
        "kebab_file_name": naming_original.file_stem(given),
        "camel_identifier": naming_original.identifier(given),
    }
    expected = naming_rules.part(given)
    options = ("--piece", _HOST, "--name", given, "--description", "x", "--dry-run")
    exit_code, data = _command("actions", "create", *options)
    ours: dict[str, Any] = {"exit_code": exit_code}
    if data:
        ours |= {"file": Path(data["path"]).stem, "name": data["name"]}
    problems = _differences(original, case, "recorded: the original gives")
    problems += _differences(ours, expected.outcome, "we give")
    same = ours == {
        "exit_code": 0,
        "file": case["kebab_file_name"],
        "name": case["camel_identifier"],
    }
    return _outcome(f"display name {given!r}", problems, expected, same=same)


def _piece(
    case: Any, original: naming_original.Scaffold, rules: naming_rules.Scaffold
) -> CaseOutcome:
    name, package = case["piece_name"], case["package_name"]
    true = original.create(name, package)
    expected = rules.create(name, package, true)
    exit_code, data = _command("create", "--name", name, "--package", package, "--type", "custom")
    ours: dict[str, Any] = {"exit_code": exit_code}
    if data:
        ours |= _made(data)
    given = {key: value for key, value in case.items() if key not in {"piece_name", "package_name"}}
    problems = _differences(true, given, "recorded: the original gives")
    problems += _differences(ours, expected.outcome, "we give")
    return _outcome(f"piece {name!r} of {package!r}", problems, expected, same=False)


def _made(data: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the files of a new piece."""
    root = Path(data["path"])
    project = (root / "pyproject.toml").read_text()
    [entry] = [line for line in project.splitlines() if line.startswith(f"{data['piece']} = ")]
    module, _, variable = entry.partition(" = ")[2].strip('"').partition(":")
    declared = (root / module / "__init__.py").read_text()
    return {
        "path": data["path"],
        "identifier": variable,
        "displayName": data["displayName"],
        "is_declared": f"{variable} = create_piece(" in declared
        and f'display_name="{data["displayName"]}"' in declared,
        "logoUrl": declared.partition('logo_url="')[2].partition('"')[0],
        "package": project.partition('\nname = "')[2].partition('"')[0],
        "tree": sorted(
            path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()
        ),
    }


def _differences(got: Mapping[str, Any], wanted: Mapping[str, Any], said: str) -> list[str]:
    keys = sorted((got.keys() | wanted.keys()) - {"display_name"})
    return [
        f"{said} {got.get(key)!r} for `{key}`, not {wanted.get(key)!r}"
        for key in keys
        if got.get(key) != wanted.get(key)
    ]


def _outcome(title: str, problems: list[str], expected: Expected, *, same: bool) -> CaseOutcome:
    rules = frozenset[str]() if same else expected.rules
    return CaseOutcome(id="", title=title, problems=problems, rules=rules)


@contextmanager
def _workspace() -> Generator[None]:
    """Be in a workspace without pieces."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        _command("init")
        yield


def _command(*args: str) -> tuple[int, dict[str, Any]]:
    """Run `pieces` with `--json`; return its exit code and its data."""
    # Here, so that other files of cases do not wait for the command line to load.
    from click.testing import CliRunner

    from pieces_cli.main import main

    done = CliRunner().invoke(main, [*args, "--json"])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, fields(json.loads(done.stdout)["data"])
