"""Each rule finds its bad examples, where they say, and nothing in its good ones."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from docs import check_examples
from docs.check_examples import Case, cases
from pieces_framework.checks import RULES
from tests.support.checked import findings

BAD = [case for rule in RULES for case in cases(rule) if case.place]
GOOD = [case for rule in RULES for case in cases(rule) if not case.place]


def rule_of(case: Case) -> str:
    return case.rule


def test_every_rule_has_examples_and_no_other() -> None:
    assert check_examples.rules() == sorted(RULES)


def test_the_piece_that_examples_change_is_faultless() -> None:
    assert findings() == []


@pytest.mark.parametrize("case", BAD, ids=rule_of)
def test_bad_example_is_found_by_its_rule_alone_where_it_says(case: Case) -> None:
    (finding,) = check_examples.findings(case)

    place = finding.path if finding.line is None else f"{finding.path}:{finding.line}"
    assert (finding.rule, place) == (case.rule, case.place)
    assert finding.severity is RULES[case.rule].severity
    for text in (finding.message, finding.hint):  # in the form of all messages
        assert not text.endswith(".")
        assert text[0] in "`'" or not text[0].isupper()
        assert text.count("`") % 2 == 0


@pytest.mark.parametrize("case", GOOD, ids=rule_of)
def test_nothing_is_found_in_a_good_example(case: Case) -> None:
    assert check_examples.findings(case) == ()


def test_a_diff_that_changes_nothing_is_refused() -> None:
    block = check_examples.Block("diff", "README.md", "-# Sorbet\n+# Ice\n")

    with pytest.raises(check_examples.ExampleError, match="does not hold once"):
        check_examples.changed({"README.md": "# Gelato\n"}, {}, (block,))


def test_an_example_file_without_a_good_example_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(check_examples, "FOLDER", tmp_path)
    (tmp_path / "half.md").write_text("# `half`\n\n## Bad: README.md\n")

    with pytest.raises(check_examples.ExampleError, match="a bad and a good example"):
        cases("half")


def test_the_examples_in_the_reader_s_docstrings_hold() -> None:
    assert doctest.testmod(check_examples) == (0, 1)
