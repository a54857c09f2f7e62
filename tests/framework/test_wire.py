"""Walking through JSON, whoever made it."""

from __future__ import annotations

from pieces_framework.wire import leaves


def test_what_nests_more_deeply_than_python_calls_is_walked_through() -> None:
    value: object = "within"
    for _ in range(100_000):
        value = [value]

    assert list(leaves(value)) == ["within"]


def test_what_holds_itself_is_walked_through_once() -> None:
    value: list[object] = ["a"]
    value += [value, {"b": value}]

    assert list(leaves(value)) == ["a"]


def test_bytes_are_one_leaf() -> None:
    assert list(leaves([b"ab"])) == [b"ab"]
