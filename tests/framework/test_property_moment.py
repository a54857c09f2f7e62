"""Times and spans of time as values of a run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from pieces_framework import DateRangePreset, DateRangeValue, JsonValue, Property
from tests.support.values import absent, refused, taken

TIME = Property.DateTime(display_name="When")
SPAN = Property.DateRange(display_name="Span")
NOON = datetime(2024, 3, 14, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "time"),
    [
        pytest.param("2024-03-14T12:00:00.000Z", NOON, id="ISO text"),
        pytest.param(1710417600000, NOON, id="epoch milliseconds"),
        pytest.param(1710417600000.0, NOON, id="epoch milliseconds as a fraction"),
        pytest.param(0, datetime(1970, 1, 1, tzinfo=UTC), id="the epoch"),
        pytest.param(-1000, datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), id="before it"),
        pytest.param("", None, id="empty text"),
        pytest.param("  ", None, id="blank text"),
        pytest.param(None, None, id="null"),
    ],
)
def test_a_time_is_taken(raw: JsonValue, time: datetime | None) -> None:
    value = taken(TIME, raw)

    assert value == time
    assert value is None or value.tzinfo is UTC


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param("soon", "soon", id="words"),
        pytest.param("1710417600000", "1710417600000", id="a number in text"),
        pytest.param("12:00", "12:00", id="no date"),
        pytest.param(True, "true", id="yes"),
        pytest.param([2024], "2024", id="list"),
        pytest.param({}, "[object Object]", id="object"),
        pytest.param(10**20, "100000000000000000000", id="beyond the calendar"),
        pytest.param(float("inf"), "Infinity", id="infinity"),
        pytest.param(float("nan"), "NaN", id="NaN"),
    ],
)
def test_a_time_is_refused(raw: JsonValue, text: str) -> None:
    expected = "Invalid datetime format. Expected ISO format (e.g. 2024-03-14T12:00:00.000Z)"

    assert refused(TIME, raw) == f"{expected}, received: {text}"


def test_no_time_is_refused_where_one_is_required() -> None:
    problem = refused(Property.DateTime(display_name="When", required=True), "")

    assert str(problem).endswith("received: ")


@pytest.mark.parametrize(
    "default",
    [
        pytest.param("March 14, 2024 12:00", id="text"),
        pytest.param(NOON, id="in UTC"),
        pytest.param(NOON.astimezone(timezone(timedelta(hours=2))), id="in another zone"),
        pytest.param(datetime(2024, 3, 14, 12), id="without a zone"),  # noqa: DTZ001 -- is tested
    ],
)
def test_a_time_may_be_a_default(default: str | datetime) -> None:
    declared = Property.DateTime(display_name="When", default_value=default)

    assert absent(declared) == NOON
    assert declared.problems() == []


def test_a_default_time_is_text_on_the_wire() -> None:
    declared = Property.DateTime(display_name="When", default_value=NOON)

    assert declared.metadata()["defaultValue"] == "2024-03-14T12:00:00.000Z"


def test_a_default_that_is_no_time_is_a_mistake() -> None:
    (problem,) = Property.DateTime(display_name="When", default_value="soon").problems()

    assert problem.endswith("received: soon")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param({}, DateRangeValue(), id="nothing chosen"),
        pytest.param(
            {"preset": "last_7_days"},
            DateRangeValue(preset=DateRangePreset.LAST_7_DAYS),
            id="preset",
        ),
        pytest.param(
            {"preset": "custom", "after": "2024-03-14 12:00", "before": ""},
            DateRangeValue(preset=DateRangePreset.CUSTOM, after=NOON),
            id="one bound",
        ),
        pytest.param(
            {"preset": None, "before": "2024-03-14T14:00:00+02:00"},
            DateRangeValue(before=NOON),
            id="the other",
        ),
        pytest.param(None, None, id="null"),
    ],
)
def test_a_span_is_taken(raw: JsonValue, value: DateRangeValue | None) -> None:
    assert taken(SPAN, raw) == value


@pytest.mark.parametrize(
    ("raw", "received"),
    [
        pytest.param("last_7_days", "last_7_days", id="text"),
        pytest.param([], "", id="list"),
        pytest.param({"preset": "last_week"}, "[object Object]", id="no such preset"),
        pytest.param({"preset": [1]}, "[object Object]", id="preset that is a list"),
        pytest.param({"after": "soon"}, "[object Object]", id="bound that is no time"),
        pytest.param({"after": 3}, "a bound that is not text", id="bound that is a number"),
    ],
)
def test_a_span_is_refused(raw: JsonValue, received: str) -> None:
    assert refused(SPAN, raw) == f"Expected date range, received: {received}"


@pytest.mark.parametrize(
    ("preset", "after"),
    [
        (DateRangePreset.LAST_24_HOURS, datetime(2024, 3, 13, 12, tzinfo=UTC)),
        (DateRangePreset.LAST_7_DAYS, datetime(2024, 3, 7, 12, tzinfo=UTC)),
        (DateRangePreset.LAST_30_DAYS, datetime(2024, 2, 13, 12, tzinfo=UTC)),
        (DateRangePreset.LAST_90_DAYS, datetime(2023, 12, 15, 12, tzinfo=UTC)),
        (DateRangePreset.THIS_MONTH, datetime(2024, 3, 1, tzinfo=UTC)),
    ],
    ids=lambda given: getattr(given, "value", ""),
)
def test_a_preset_ends_now(preset: DateRangePreset, after: datetime) -> None:
    value = DateRangeValue(preset=preset, after=NOON, before=NOON)

    assert value.resolve(NOON) == (after, NOON)


def test_bounds_count_where_no_preset_says_otherwise() -> None:
    bounds: dict[str, Any] = {"after": NOON, "before": NOON + timedelta(days=1)}

    custom = DateRangeValue(preset=DateRangePreset.CUSTOM, **bounds).resolve(NOON)
    without = DateRangeValue(**bounds).resolve(NOON)
    any_time = DateRangeValue(preset=DateRangePreset.ANY_TIME, **bounds).resolve(NOON)

    assert custom == without == (NOON, NOON + timedelta(days=1))
    assert any_time == (None, None)


def test_a_span_may_be_a_default() -> None:
    value = DateRangeValue(preset=DateRangePreset.CUSTOM, after=NOON)
    declared = Property.DateRange(display_name="Span", default_value=value)

    assert absent(declared) == value
    assert declared.metadata()["defaultValue"] == {
        "preset": "custom",
        "after": "2024-03-14T12:00:00.000Z",
    }
