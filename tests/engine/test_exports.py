"""What `pieces_engine` offers, all of it loaded at first use."""

from __future__ import annotations

import pytest

import pieces_engine


@pytest.mark.parametrize("name", pieces_engine.__all__)
def test_each_offered_name_is_there(name: str) -> None:
    assert hasattr(pieces_engine, name)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'read_payload'"):
        getattr(pieces_engine, "read_payload")  # noqa: B009 -- no checker would let it pass
