"""`check` as a whole: what it takes, what it gives, and what silences it."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pieces_framework import JsonValue
from pieces_framework.checks import RULES, Needs, Severity, check
from tests.support.checked import files_of, findings, found, small_files, small_metadata
from tests.support.gelato import GELATO

PAGE: Final = Path(__file__).parents[3] / "docs" / "reference" / "checks" / "README.md"
API: Final = "piece_gelato/api.py"
PRINTS: Final = "def show(flavor):\n    print(flavor)\n"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
texts = st.sampled_from(["displayName", "description", "logoUrl", "name", "type", "props", "auth"])
parts = st.dictionaries(
    st.text(max_size=8),
    json_values | st.dictionaries(texts | st.just("sampleData"), json_values),
    max_size=3,
)
documents = st.none() | st.dictionaries(texts, json_values).flatmap(
    lambda rest: st.fixed_dictionaries({"actions": parts | json_values, "triggers": parts}).map(
        lambda both: {**rest, **both}
    )
)
FRAGMENTS: Final = [
    "@trigger.on_enable\ndef f(x): pass\n",
    "try:\n    import a\nexcept:\n    pass\n",
    "async def f():\n    import time; time.sleep(1)\n",
    "# pieces: ignore[print-call, \n",
    "http://[",
    "print(",
    "\0",
    "\\u",
    "\ufeff",
    "[project]\n",
    'name = "x"\n',
    "dependencies = [1]",
    "[project.entry-points.pieces]\nx = 1\ny = ':'\n",
    '{"a": ',
    "((" * 60,
    "-" * 200,
    "'''",
]
contents = st.binary(max_size=60) | st.lists(
    st.sampled_from(FRAGMENTS) | st.text(max_size=10), max_size=5
).map(lambda parts: "".join(parts).encode("utf-8", "surrogatepass"))
PATHS: Final = (
    "pyproject.toml README.md CHANGELOG.md piece_x/__init__.py piece_x/a.py piece_x/i18n/de.json"
    " i18n/fr.json tests/test_x.py x-1.dist-info/METADATA x/__init__.py"
)
paths = st.sampled_from(PATHS.split()) | st.text(max_size=12)


def test_gelato_has_no_fault() -> None:
    from piece_gelato import gelato

    assert check(files_of(GELATO), gelato.metadata()) == []


def test_gelato_s_wheel_has_no_fault() -> None:
    from piece_gelato import gelato

    package = {path: content for path, content in files_of(GELATO).items() if "piece_" in path}
    package["piece_gelato-0.1.0.dist-info/METADATA"] = b"Name: piece-gelato\n"

    assert check(package, gelato.metadata()) == []


def test_findings_are_ordered_by_path_and_line() -> None:
    last = f"{PRINTS}    print(flavor)\n"

    found_places = found(**{API: last, "piece_gelato/a.py": PRINTS, "README.md": None})

    assert found_places == [
        ("print-call", "piece_gelato/a.py", 2),
        ("print-call", API, 2),
        ("print-call", API, 3),
        ("readme-missing", "pyproject.toml", 5),
    ]


def test_finding_is_one_of_the_problems_that_commands_report() -> None:
    (finding,) = findings(**{API: PRINTS})

    assert finding.document() == {
        "rule": "print-call",
        "severity": "warning",
        "path": API,
        "line": 2,
        "message": "the piece prints",
        "hint": RULES["print-call"].hint,
    }


def test_finding_as_text_says_place_rule_and_hint() -> None:
    (about_line,) = findings(**{API: PRINTS})
    (about_file,) = findings(**{"piece_gelato/py.typed": None})

    hint = RULES["print-call"].hint
    said = f"{API}:2: warning: the piece prints [print-call]\n  hint: {hint}"
    assert about_line.text() == said
    assert about_file.text().startswith("piece_gelato/__init__.py: note: `piece_gelato` has no ")


def test_text_in_place_of_bytes_is_refused() -> None:
    files: Any = {"README.md": "# Gelato\n"}

    with pytest.raises(TypeError, match=r"^`README.md` is `str`, not `bytes`; read it by "):
        check(files)


def test_the_program_on_the_page_prints_what_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program = re.search(r"^```python\n(from .*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    assert program
    folder = tmp_path / "pieces" / "community" / "gelato"
    shutil.copytree(GELATO, folder)
    for path in ("piece_gelato/shown.py", ".venv/piece_gelato/left_out.py", "dist/test_out.py"):
        (folder / path).parent.mkdir(exist_ok=True, parents=True)
        (folder / path).write_text(PRINTS)
    (folder / "dist" / "key.txt").write_text("glpat-Qv7mZr4Kx2Wn9Tb5Jd8L\n")
    monkeypatch.chdir(tmp_path)

    exec(program.group(1), {})

    hint = RULES["print-call"].hint
    said = f"piece_gelato/shown.py:2: warning: the piece prints [print-call]\n  hint: {hint}\n"
    assert capsys.readouterr().out == said


def test_rules_about_the_source_tree_are_not_asked_of_a_wheel() -> None:
    wheel = {"piece_gelato/__init__.py": b"import yaml\n", "piece_gelato/i18n/de.json": b"{}"}

    assert check(wheel, None) == []


def test_syntax_newer_than_this_python_is_no_fault_of_a_piece_that_asks_for_it() -> None:
    odd = {"piece_x/__init__.py": b"no python\n"}
    metadata = b"Metadata-Version: 2.4\nRequires-Python: >=3.99\n"

    assert [each.rule for each in check(odd)] == ["syntax-error"]
    assert check({**odd, "piece_x-1.0.0.dist-info/METADATA": metadata}) == []


def test_rules_about_metadata_are_not_asked_where_it_is_unknown() -> None:
    judged = {rule.id for rule in RULES.values() if rule.needs is Needs.METADATA}

    assert judged
    assert check(small_files(), None) == []
    assert {each.rule for each in check(small_files(), {"actions": {}})} <= judged


def test_module_that_is_no_python_is_reported_once_and_passed_over() -> None:
    assert found(**{API: "def broken(:\n    print(1)\n"}) == [("syntax-error", API, 1)]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\0\0", id="null-bytes"),
        pytest.param(b"\xff\xfe\x00", id="not-utf-8"),
        pytest.param(b"# coding: klingon\n", id="unknown-encoding"),
        pytest.param(b"(" * 5000, id="deep-parentheses"),
        pytest.param(b"-" * 100_000 + b"1", id="deep-operators"),
        pytest.param(b"x = " + b"1 + " * 20_000 + b"1", id="long-sum"),
        pytest.param(b"a" + b".b" * 100_000, id="deep-attributes"),
        pytest.param(b"f" + b"()" * 100_000, id="deep-calls"),
        pytest.param(b"lambda: " * 50_000 + b"1", id="deep-lambdas"),
    ],
)
def test_odd_module_is_reported(content: bytes) -> None:
    rules = {rule for rule, _, _ in found(**{API: content})}

    assert rules == {"syntax-error"}


def test_tests_within_the_package_are_no_code_of_the_piece() -> None:
    test = f"import pytest\n\n\n{PRINTS}"

    assert found(**{"piece_gelato/tests/test_api.py": test}) == []


def test_module_that_is_too_large_is_passed_over() -> None:
    assert found(**{API: b"print(1)\n" * 200_000}) == []


def test_deeply_nested_project_file_is_reported() -> None:
    project = "x = " + "[" * 50_000

    assert [each[0] for each in found(**{"pyproject.toml": project})] == ["project-file"]


def test_file_with_a_byte_order_mark_is_read() -> None:
    assert found(**{API: b"\xef\xbb\xbfX = 1\n"}) == []


@given(files=st.dictionaries(paths, contents, max_size=6), metadata=documents)
@settings(max_examples=300, deadline=None)
def test_any_bytes_and_any_json_can_be_checked(
    files: dict[str, bytes], metadata: Mapping[str, Any] | None
) -> None:
    checked = check(files, metadata)

    assert checked == sorted(checked, key=lambda each: (each.path, each.line or 0, each.rule))
    assert {each.rule for each in checked} <= RULES.keys()
    assert all(each.line is None or each.line >= 0 for each in checked)


@given(code=st.text(alphabet="abfirx=().:'\"#@ \n[]{}-1", max_size=80))
@settings(max_examples=150, deadline=None)
def test_a_module_is_found_at_fault_exactly_when_python_refuses_it(code: str) -> None:
    try:
        ast.parse(code)
    except (SyntaxError, ValueError):
        is_python = False
    else:
        is_python = True

    rules = {rule for rule, _, _ in found(**{API: code})}

    assert ("syntax-error" not in rules) is is_python


def test_ignore_with_a_reason_silences_its_line() -> None:
    code = "def show(flavor):\n    print(flavor)  # pieces: ignore[print-call] -- on purpose\n"

    assert found(**{API: code}) == []


def test_ignore_of_one_rule_does_not_silence_another() -> None:
    code = "def show(text):\n    print(eval(text))  # pieces: ignore[print-call]\n"

    assert found(**{API: code}) == [("code-from-text", API, 2)]


def test_ignore_of_two_rules_silences_both() -> None:
    code = "def show(text):\n    print(eval(text))  # pieces: ignore[print-call, code-from-text]\n"

    assert found(**{API: code}) == []


def test_ignore_in_a_project_file_silences_its_line() -> None:
    project = small_files()["pyproject.toml"].decode()
    loose = project.replace('">=3.11"', '">=3.9"  # pieces: ignore[requires-python]')

    assert found(**{"pyproject.toml": loose}) == []


def test_ignore_in_markdown_silences_its_line() -> None:
    readme = "# Gelato\n\nglpat-Qv7mZr4Kx2Wn9Tb5Jd8L <!-- pieces: ignore[secret-key] -->\n"

    assert found(**{"README.md": readme}) == []


def test_ignore_within_a_text_is_no_comment() -> None:
    code = 'def show():\n    print("# pieces: ignore[print-call]")\n'

    assert found(**{API: code}) == [("print-call", API, 2)]


def test_ignore_in_a_test_silences_its_line() -> None:
    test = '"""get_flavor, new_flavor"""\nKEY = "glpat-Qv7mZr4Kx2Wn9Tb5Jd8L"'
    silenced = f"{test}  # pieces: ignore[secret-key] -- revoked\n"

    assert found(**{"tests/test_gelato.py": test}) == [("secret-key", "tests/test_gelato.py", 2)]
    assert found(**{"tests/test_gelato.py": silenced}) == []


def test_ignore_that_silences_nothing_is_found_and_cannot_be_silenced() -> None:
    code = "X = 1  # pieces: ignore[print-call, unused-ignore]\n"

    assert [rule for rule, _, _ in found(**{API: code})] == ["unused-ignore", "unused-ignore"]


def test_ignore_of_a_rule_that_was_not_asked_is_let_be() -> None:
    wheel = {"piece_gelato/__init__.py": b"import yaml  # pieces: ignore[undeclared-dependency]\n"}

    assert check(wheel) == []


def test_rules_have_ids_hints_and_descriptions_of_their_own() -> None:
    assert all(rule.id == rule_id for rule_id, rule in RULES.items())
    assert all(rule.hint and rule.description for rule in RULES.values())
    assert len({rule.description for rule in RULES.values()}) == len(RULES)
    assert {rule.severity for rule in RULES.values()} == set(Severity)


def test_metadata_is_left_as_it_was() -> None:
    before = repr(small_metadata())

    check(small_files(), small_metadata())

    assert repr(small_metadata()) == before


def test_metadata_without_its_source_is_placed_at_the_piece() -> None:
    metadata: dict[str, JsonValue] = {**small_metadata(), "actions": {"brew": {"name": "brew"}}}

    places = {
        (each.path, each.line)
        for each in check(small_files(), metadata)
        if each.rule != "part-unregistered"
    }

    assert places == {("piece_gelato/__init__.py", 6)}
