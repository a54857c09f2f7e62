"""Guessing keys: what is counted, for whom, for how long, and in how much memory."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from pieces_server.access.bad_keys import MAX_CLIENTS, MAX_UNKNOWN_KEYS, WINDOW_S, BadKeys
from tests.support.instance import running_instance

CLIENT = "192.0.2.1"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def tries(bad_keys: BadKeys, address: str, count: int) -> None:
    for number in range(count):
        bad_keys.note(address, f"key {number}")


def test_some_unknown_keys_are_borne() -> None:
    bad_keys = BadKeys()

    tries(bad_keys, CLIENT, MAX_UNKNOWN_KEYS)

    assert bad_keys.wait_s(CLIENT) == 0


def test_one_more_shuts_the_client_out_until_its_minute_is_over() -> None:
    clock = Clock()
    bad_keys = BadKeys(clock)
    bad_keys.note(CLIENT, "the first")
    clock.now_s += WINDOW_S - 5
    tries(bad_keys, CLIENT, MAX_UNKNOWN_KEYS)

    waits_s = [bad_keys.wait_s(CLIENT)]
    clock.now_s += 5
    waits_s.append(bad_keys.wait_s(CLIENT))
    bad_keys.note(CLIENT, "the first of the next minute")
    waits_s.append(bad_keys.wait_s(CLIENT))

    assert waits_s == [5, 0, 0]


def test_one_key_may_be_tried_for_ever() -> None:
    bad_keys = BadKeys()

    for _ in range(10 * MAX_UNKNOWN_KEYS):
        bad_keys.note(CLIENT, "outdated")

    assert bad_keys.wait_s(CLIENT) == 0


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        pytest.param("192.0.2.2", False, id="IPv4"),
        pytest.param("::ffff:192.0.2.1", True, id="IPv4 within IPv6"),
        pytest.param("", False, id="none"),
    ],
)
def test_a_client_of_ipv4_is_its_address(other: str, *, is_same: bool) -> None:
    bad_keys = BadKeys()

    tries(bad_keys, CLIENT, MAX_UNKNOWN_KEYS + 1)

    assert (bad_keys.wait_s(other) > 0) is is_same


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        pytest.param("2001:db8:0:1:ffff::9", True, id="same network"),
        pytest.param("2001:db8:0:2::1", False, id="next network"),
    ],
)
def test_a_client_of_ipv6_is_its_network(other: str, *, is_same: bool) -> None:
    bad_keys = BadKeys()

    tries(bad_keys, "2001:db8:0:1::1", MAX_UNKNOWN_KEYS + 1)

    assert (bad_keys.wait_s(other) > 0) is is_same


def test_many_clients_take_no_more_memory_than_some() -> None:
    bad_keys = BadKeys()
    tries(bad_keys, CLIENT, MAX_UNKNOWN_KEYS + 1)
    waits = [bad_keys.wait_s(CLIENT) > 0]

    for number in range(MAX_CLIENTS):
        waits.append(bad_keys.wait_s(CLIENT) > 0)
        bad_keys.note(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", "guess")

    assert all(waits)
    assert bad_keys.wait_s(CLIENT) == 0


def test_text_that_is_no_address_is_remembered_by_its_beginning() -> None:
    bad_keys = BadKeys()
    client = "unknown" * 100_000

    tries(bad_keys, client, MAX_UNKNOWN_KEYS + 1)

    assert bad_keys.wait_s(client) > 0
    assert bad_keys.wait_s(client[:100]) > 0
    assert bad_keys.wait_s("another") == 0


def test_a_client_that_guesses_in_a_later_minute_is_shut_out_again() -> None:
    clock = Clock()
    bad_keys = BadKeys(clock)
    tries(bad_keys, CLIENT, MAX_UNKNOWN_KEYS + 1)
    clock.now_s += WINDOW_S

    tries(bad_keys, CLIENT, MAX_UNKNOWN_KEYS)
    before = bad_keys.wait_s(CLIENT)
    bad_keys.note(CLIENT, "one more")

    assert (before, bad_keys.wait_s(CLIENT)) == (0, WINDOW_S)


def test_guessing_is_answered_with_401_then_with_429_whatever_it_bears(tmp_path: Path) -> None:
    with running_instance(tmp_path) as instance, httpx.Client(base_url=instance.url) as client:

        def ask(key: str) -> httpx.Response:
            return client.get("/api/v1/api-keys", headers={"Authorization": f"Bearer {key}"})

        outdated = {ask("sk-outdated").status_code for _ in range(MAX_UNKNOWN_KEYS + 5)}
        guesses = [ask(f"sk-{each}").status_code for each in range(MAX_UNKNOWN_KEYS)]
        refused = ask(instance.key)

    assert outdated == {401}
    assert guesses == [401] * MAX_UNKNOWN_KEYS
    assert refused.status_code == 429
    assert refused.json()["code"] == "TOO_MANY_REQUESTS"
    assert 0 < int(refused.headers["retry-after"]) <= WINDOW_S
