"""What the formats of a result take: one table, for comparing versions and for the suite."""

from __future__ import annotations

from typing import get_args

from pieces_framework.output_formats import JSON_KINDS, OutputFormat


def test_every_format_takes_some_kind_of_json() -> None:
    assert JSON_KINDS.keys() == set(get_args(OutputFormat))
    assert all(JSON_KINDS.values())
