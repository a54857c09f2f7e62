"""What every `Store` must do. Each store's tests run these against it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from pieces_framework import JsonValue, Store, StoreError, StoreScope

LONGEST_KEY = "k" * 128
ODD_KEYS = ["", "k" * 129]
VALUES: list[JsonValue] = [
    "text",
    "über 🍦",
    "half a surrogate pair: \ud83c",
    0,
    -1.5,
    True,
    [1, [2, {"three": None}]],
    {"": "", "a.b": [True]},
    10**30,
]


class StoreContract:
    """Subclass it and give it a fixture `store`."""

    async def test_a_key_never_put_is_none(self, store: Store) -> None:
        assert await store.get("flavor", str) is None

    @pytest.mark.parametrize("value", VALUES, ids=ascii)
    async def test_it_returns_what_was_put(self, store: Store, value: JsonValue) -> None:
        await store.put("flavor", value)

        assert await store.get("flavor", object) == value

    async def test_what_is_put_is_kept_as_it_was_then(self, store: Store) -> None:
        flavors = ["vanilla"]
        await store.put("flavors", flavors)
        flavors.append("lemon")

        assert await store.get("flavors", list) == ["vanilla"]

    async def test_what_is_got_belongs_to_who_asked(self, store: Store) -> None:
        await store.put("flavors", ("vanilla",))
        got = await store.get("flavors", list[str]) or []
        got.append("lemon")

        assert await store.get("flavors", list) == ["vanilla"]

    async def test_a_second_put_replaces_the_first(self, store: Store) -> None:
        await store.put("flavor", "vanilla")
        await store.put("flavor", ["lemon"])

        assert await store.get("flavor", list) == ["lemon"]

    async def test_null_reads_as_none(self, store: Store) -> None:
        await store.put("flavor", None)

        assert await store.get("flavor", str) is None

    async def test_scopes_do_not_mix(self, store: Store) -> None:
        await store.put("flavor", "vanilla")
        await store.put("flavor", "lemon", StoreScope.PROJECT)

        assert await store.get("flavor", str) == "vanilla"
        assert await store.get("flavor", str, StoreScope.PROJECT) == "lemon"

    async def test_a_deleted_key_is_none(self, store: Store) -> None:
        await store.put("flavor", "vanilla")
        await store.delete("flavor")

        assert await store.get("flavor", str) is None

    async def test_delete_keeps_to_its_scope(self, store: Store) -> None:
        await store.put("flavor", "vanilla")
        await store.delete("flavor", StoreScope.PROJECT)

        assert await store.get("flavor", str) == "vanilla"

    async def test_deleting_what_is_not_there_is_no_error(self, store: Store) -> None:
        await store.delete("flavor")

        assert await store.get("flavor", str) is None

    async def test_another_type_than_asked_for_is_an_error(self, store: Store) -> None:
        await store.put("count", "three")

        with pytest.raises(StoreError, match="`count` holds str, not int"):
            await store.get("count", int)

    async def test_a_yes_no_value_is_not_a_number(self, store: Store) -> None:
        await store.put("count", True)

        with pytest.raises(StoreError, match="holds bool, not int"):
            await store.get("count", int)

    async def test_a_whole_number_reads_as_float(self, store: Store) -> None:
        await store.put("price", 3)

        assert repr(await store.get("price", float)) == "3.0"

    async def test_a_datetime_becomes_iso_text(self, store: Store) -> None:
        await store.put("at", {"when": datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)})

        assert await store.get("at", dict) == {"when": "2026-11-22T01:02:03.000Z"}

    async def test_a_time_of_another_zone_becomes_utc(self, store: Store) -> None:
        rome = datetime(2026, 11, 22, 1, 2, 3, 456000, tzinfo=timezone(timedelta(hours=1)))

        await store.put("at", rome)

        assert await store.get("at", str) == "2026-11-22T00:02:03.456Z"

    async def test_a_time_without_a_zone_does_not_claim_one(self, store: Store) -> None:
        await store.put("at", datetime(2026, 11, 22, 1, 2))  # noqa: DTZ001

        assert await store.get("at", str) == "2026-11-22T01:02:00"

    @pytest.mark.parametrize("key", [LONGEST_KEY, "a b/\\'\"%_\n\0ü🍦", "\ud83c"], ids=ascii)
    async def test_any_text_of_128_characters_is_a_key(self, store: Store, key: str) -> None:
        await store.put(key, 1)

        assert await store.get(key, int) == 1

    @pytest.mark.parametrize("key", ODD_KEYS, ids=["empty", "too long"])
    async def test_other_keys_are_refused_by_every_call(self, store: Store, key: str) -> None:
        for call in (store.put(key, 1), store.get(key, int), store.delete(key)):
            with pytest.raises(StoreError, match="1 to 128 characters"):
                await call

    async def test_the_largest_value_is_512_kb_of_json(self, store: Store) -> None:
        await store.put("text", "x" * (512 * 1024 - 2))

        with pytest.raises(StoreError, match="524288 is the limit"):
            await store.put("text", "x" * (512 * 1024 - 1))

    async def test_the_limit_counts_bytes_of_utf8(self, store: Store) -> None:
        await store.put("text", "é" * (256 * 1024 - 1))

        with pytest.raises(StoreError, match="takes 524290 bytes"):
            await store.put("text", "é" * (256 * 1024))

    async def test_a_value_may_be_read_as_a_generic_type(self, store: Store) -> None:
        await store.put("counts", {"a": 1})

        assert await store.get("counts", dict[str, int]) == {"a": 1}
        with pytest.raises(StoreError, match="holds dict, not list"):
            await store.get("counts", list[int])

    @pytest.mark.parametrize(
        "value", [float("nan"), float("inf"), b"x"], ids=["nan", "inf", "bytes"]
    )
    async def test_what_is_not_json_is_refused(self, store: Store, value: JsonValue) -> None:
        await store.put("flavor", "vanilla")

        with pytest.raises(StoreError, match="`flavor` is not JSON"):
            await store.put("flavor", value)
        assert await store.get("flavor", str) == "vanilla"
