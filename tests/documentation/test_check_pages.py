"""The pages of rules show what the rules say, and the table leads to each."""

from __future__ import annotations

import doctest

import pytest

from docs import check_examples, check_pages
from docs.check_examples import cases
from pieces_framework.checks import RULES

PAGES = check_pages.pages("<!-- generated -->")


def test_every_rule_has_a_page_and_a_row() -> None:
    assert set(PAGES) == {"README.md", *(f"{rule}.md" for rule in RULES)}
    assert [rule for rule in RULES if f"| [`{rule}`]({rule}.md) |" not in PAGES["README.md"]] == []


@pytest.mark.parametrize("rule", RULES)
def test_page_shows_what_the_run_says_of_each_bad_example(rule: str) -> None:
    page = PAGES[f"{rule}.md"]

    for case in cases(rule):
        for finding in case.findings():
            assert f": {finding.severity.value}: {finding.message}\nhint: {finding.hint}\n" in page
        assert case.prose in page


def test_the_examples_in_the_reader_s_docstrings_hold() -> None:
    assert doctest.testmod(check_examples) == (0, 1)
