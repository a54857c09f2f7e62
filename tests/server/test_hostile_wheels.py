"""Each wheel that breaks a rule, sent to both routes that take wheels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import httpx
import pytest

from pieces_framework.artifact import Limits
from tests.support.hostile_wheels import CASES
from tests.support.instance import Instance, running_instance
from tests.support.publishing import FORM, stored_state
from tests.support.spoiled_wheels import Case

FILENAME = "piece_gelato-0.1.0-py3-none-any.whl"
UPLOAD = {
    ":action": "file_upload",
    "filetype": "bdist_wheel",
    "name": "piece-gelato",
    "version": "0.1.0",
}
# The others need limits that an instance does not have, or are no file that could be sent.
SENT = [case for case in CASES if case.limits == Limits() and case.rule != "unreadable"]
OF_PIECES_ONLY = {"piece-missing"}
"""For `/legacy/` these are wheels without a piece, which an admin may upload."""


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    with running_instance(tmp_path_factory.mktemp("data")) as started:
        yield started


@pytest.fixture(scope="module")
def client(instance: Instance) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=instance.url, headers=instance.headers, timeout=60) as opened:
        yield opened


@pytest.fixture(scope="module")
def empty(instance: Instance) -> object:
    return stored_state(instance)


def refused_rule(
    client: httpx.Client, path: str, fields: Mapping[str, str], field: str, case: Case
) -> object:
    """Send a wheel; return the rule that the answer names."""
    wheel = case.bad()
    assert wheel is not None
    answer = client.post(path, data=fields, files={field: (FILENAME, wheel)})
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PIECE_ARCHIVE")
    return answer.json()["params"]["rule"]


@pytest.mark.parametrize("case", SENT, ids=lambda case: case.name)
def test_a_hostile_wheel_is_not_published(client: httpx.Client, case: Case) -> None:
    rule = refused_rule(client, "/api/v1/pieces", FORM, "pieceArchive", case)

    assert rule == case.rule


@pytest.mark.parametrize(
    "case", [case for case in SENT if case.rule not in OF_PIECES_ONLY], ids=lambda case: case.name
)
def test_a_hostile_wheel_is_not_uploaded(client: httpx.Client, case: Case) -> None:
    rule = refused_rule(client, "/legacy/", UPLOAD, "content", case)

    assert rule == case.rule


def test_nothing_is_left_of_hostile_wheels(
    instance: Instance, client: httpx.Client, empty: object
) -> None:
    for case in SENT[::10]:
        refused_rule(client, "/api/v1/pieces", FORM, "pieceArchive", case)

    assert stored_state(instance) == empty
