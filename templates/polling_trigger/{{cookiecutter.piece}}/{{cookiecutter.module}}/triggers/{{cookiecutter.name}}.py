"""The trigger `{{ cookiecutter.name }}`, which polls."""

from __future__ import annotations

{% if cookiecutter.auth_is_mapping %}
from collections.abc import AsyncIterator, Mapping
from typing import Any
{% else %}
from collections.abc import AsyncIterator
{% endif %}

from pieces_common import DedupeStrategy, PollingContext, TimedItem, create_polling_trigger
{% if cookiecutter.framework_type %}
from pieces_framework import {{ cookiecutter.framework_type }}
{% endif %}

{% if cookiecutter.auth %}
{{ cookiecutter.import_auth }}

{% endif %}
SAMPLE_ITEMS = (
    TimedItem(epoch_ms=1_700_000_000_000, data={"id": 1, "created": "2023-11-14T22:13:20Z"}),
    TimedItem(epoch_ms=4_102_444_800_000, data={"id": 2, "created": "2100-01-01T00:00:00Z"}),
)


@create_polling_trigger(
    name="{{ cookiecutter.name }}",
    display_name={{ cookiecutter.display_name }},
    description={{ cookiecutter.description }},
    dedupe=DedupeStrategy.TIMEBASED,
{% if cookiecutter.auth %}
    auth={{ cookiecutter.auth }},
{% endif %}
    sample_data={"id": 1, "created": "2023-11-14T22:13:20Z"},
)
async def {{ cookiecutter.function }}(
    context: PollingContext[{{ cookiecutter.auth_type }}],
) -> AsyncIterator[TimedItem]:
    """Yield what the service has; what is not newer than the last poll is dropped by itself.

    Ask the service here instead of the samples: `context.last_fetch_epoch_ms` says since when.
    If it lists things late or out of order, `DedupeStrategy.LEDGER` fits.
    """
    for item in SAMPLE_ITEMS:
        yield item
