"""Properties whose value is a time or a span of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Literal, TypeVar, Unpack, overload

from typing_extensions import override

from pieces_framework.times import from_epoch_ms, in_utc, iso_text, parse_time
from pieces_framework.wire import JsonValue, document

from .declaration import InputValue, PropertyBase, PropertyOptions, Rejected

T_co = TypeVar("T_co", covariant=True)


class DateTime(PropertyBase[T_co]):
    """A date and time.

    Its run value is a `datetime` that knows its zone, in UTC; `None` when it is optional, has no
    default and was left empty. ISO 8601, RFC 1123 and the common written forms are read, in UTC
    where no zone is written; numbers are epoch milliseconds. What can't be read is refused.
    """

    kind = "DATE_TIME"
    expected = "Invalid datetime format. Expected ISO format (e.g. 2024-03-14T12:00:00.000Z)"

    @overload
    def __init__(
        self: DateTime[datetime],
        *,
        required: Literal[True],
        default_value: str | datetime | None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: DateTime[datetime],
        *,
        default_value: str | datetime,
        required: bool = False,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: DateTime[datetime | None],
        *,
        required: bool = False,
        default_value: None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    def __init__(
        self, *, default_value: str | datetime | None = None, **declared: Any
    ) -> None:  # the overloads say what
        if isinstance(default_value, datetime):
            default_value = iso_text(in_utc(default_value))
        super().__init__(default_value=default_value, **declared)

    @override
    def coerce(self, raw: InputValue) -> datetime | None:
        if isinstance(raw, str) and not raw.strip():
            return None
        try:
            if isinstance(raw, str):
                return parse_time(raw)
            if isinstance(raw, int | float) and not isinstance(raw, bool):
                return from_epoch_ms(raw)
        except (ValueError, OverflowError):
            pass
        raise self.rejection(raw)


class DateRangePreset(Enum):
    """The spans of time a user may choose; all but `ANY_TIME` and `CUSTOM` end now."""

    ANY_TIME = "any_time"
    LAST_24_HOURS = "last_24_hours"
    LAST_7_DAYS = "last_7_days"
    LAST_30_DAYS = "last_30_days"
    LAST_90_DAYS = "last_90_days"
    THIS_MONTH = "this_month"
    CUSTOM = "custom"


_HOURS = {
    DateRangePreset.LAST_24_HOURS: 24,
    DateRangePreset.LAST_7_DAYS: 7 * 24,
    DateRangePreset.LAST_30_DAYS: 30 * 24,
    DateRangePreset.LAST_90_DAYS: 90 * 24,
}


@dataclass(frozen=True, kw_only=True)
class DateRangeValue:
    """A span of time as it was chosen; `resolve` says which times it means."""

    preset: DateRangePreset | None = None
    after: datetime | None = None
    before: datetime | None = None

    def resolve(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        """Return the first moment and the last; `None` on a side that is open.

        `now` must know its zone; `this_month` begins at midnight of the first day in that zone.
        """
        from datetime import timedelta

        if self.preset in _HOURS:
            return now - timedelta(hours=_HOURS[self.preset]), now
        if self.preset is DateRangePreset.THIS_MONTH:
            return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0), now
        if self.preset is DateRangePreset.ANY_TIME:
            return None, None
        return self.after, self.before


class DateRange(PropertyBase[T_co]):
    """A span of time: a preset such as the last 7 days, or two times of the user's choice.

    Its run value is a `DateRangeValue`, or `None` when it is optional, has no default and was
    left empty. A flow supplies an object with any of `preset`, `after` and `before`.
    """

    kind = "DATE_RANGE"
    expected = "Expected date range"

    @overload
    def __init__(
        self: DateRange[DateRangeValue],
        *,
        required: Literal[True],
        default_value: DateRangeValue | None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: DateRange[DateRangeValue],
        *,
        default_value: DateRangeValue,
        required: bool = False,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: DateRange[DateRangeValue | None],
        *,
        required: bool = False,
        default_value: None = None,
        **common: Unpack[PropertyOptions],
    ) -> None: ...
    def __init__(
        self, *, default_value: DateRangeValue | JsonValue = None, **declared: Any
    ) -> None:  # the overloads say what
        if isinstance(default_value, DateRangeValue):
            default_value = _range_document(default_value)
        super().__init__(default_value=default_value, **declared)

    @override
    def coerce(self, raw: InputValue) -> DateRangeValue | None:
        if isinstance(raw, str) and not raw.strip():
            return None
        if not isinstance(raw, Mapping):
            raise self.rejection(raw)
        preset = raw.get("preset")
        try:
            return DateRangeValue(
                preset=None if preset is None else DateRangePreset(preset),
                after=self._bound(raw.get("after")),
                before=self._bound(raw.get("before")),
            )
        except ValueError:
            raise self.rejection(raw) from None

    def _bound(self, raw: InputValue) -> datetime | None:
        if raw is None or raw == "":
            return None
        if not isinstance(raw, str):
            raise Rejected(f"{self.expected}, received: a bound that is not text")
        return parse_time(raw)


def _range_document(value: DateRangeValue) -> dict[str, JsonValue]:
    return document(
        preset=value.preset.value if value.preset else None,
        after=iso_text(in_utc(value.after)) if value.after else None,
        before=iso_text(in_utc(value.before)) if value.before else None,
    )
