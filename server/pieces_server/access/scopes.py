"""What keys let their bearers do."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Scope(StrEnum):
    """What a key lets its bearer do. Each includes the ones before it."""

    READ = "read"
    PUBLISH = "publish"
    ADMIN = "admin"

    def includes(self, other: Scope) -> bool:
        """Whether who has this scope has `other` as well."""
        order = list(Scope)
        return order.index(self) >= order.index(other)


DEFAULT_SCOPE: Final = Scope.PUBLISH
"""What the tools of a workspace need; more has to be asked for."""
