"""Each rule of a wheel: what breaks it is refused by its name, and what nearly does is not."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from pieces_framework.artifact import RULES, Limits, read_piece_wheel
from pieces_framework.errors import ArtifactError
from tests.support.hostile_wheels import CASES
from tests.support.spoiled_wheels import Case
from tests.support.wheels import build_wheel

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "wheels.md"
BLOCK = r"(?ms)^```{}\n(.*?)^```"
NAMED = [pytest.param(case, id=case.name.replace(" ", "-")) for case in CASES]


@pytest.mark.parametrize("case", NAMED)
def test_a_hostile_wheel_is_refused_by_its_rule(tmp_path: Path, case: Case) -> None:
    path = tmp_path / "bad.whl"
    content = case.bad()
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ArtifactError) as caught:
        read_piece_wheel(path, limits=case.limits)

    error = caught.value
    assert (error.rule, error.hint) == (case.rule, RULES[case.rule].hint), error.message
    assert error.message.startswith("`bad.whl`: ")
    assert len(error.message) < 1000


@pytest.mark.parametrize("case", NAMED)
def test_a_wheel_that_is_nearly_hostile_is_read(tmp_path: Path, case: Case) -> None:
    path = tmp_path / "good.whl"
    content = case.good()
    assert content is not None
    path.write_bytes(content)

    wheel = read_piece_wheel(path, limits=case.limits)

    assert wheel.piece.source_digest == "d" * 64


def test_page_shows_what_its_example_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (code,), (expected,) = (
        re.findall(BLOCK.format(language), PAGE.read_text()) for language in ("python", "text")
    )
    dist = tmp_path / "dist"
    dist.mkdir()
    build_wheel(dist)
    monkeypatch.chdir(tmp_path)
    printed = io.StringIO()

    with contextlib.redirect_stdout(printed):
        exec(code, {})

    assert printed.getvalue() == expected


def test_every_rule_refuses_some_wheel() -> None:
    assert {case.rule for case in CASES} == set(RULES)


def test_the_page_has_a_row_for_each_rule() -> None:
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.+?) \| (.+?) \|$", PAGE.read_text(), re.MULTILINE)

    assert [row for row in rows if row[0] in RULES] == [
        (name, rule.what, rule.hint) for name, rule in RULES.items()
    ]


def test_the_page_has_a_row_for_each_limit() -> None:
    rows = dict(
        re.findall(r"^\| `([a-z_]+)` \| .+? \| ([\d ]+) \|$", PAGE.read_text(), re.MULTILINE)
    )

    assert {name: int(value.replace(" ", "")) for name, value in rows.items()} == vars(Limits())
