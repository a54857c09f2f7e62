"""The contract suite: what every piece promises, tested without a line from its author."""

from __future__ import annotations

from .service import ContractService

__all__ = ["ContractService"]
