"""Withdrawing versions: nothing is removed, and what is withdrawn can be brought back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from pieces_framework.names import distribution_name, is_distribution_name
from pieces_server.audit import record
from pieces_server.database.identifiers import now
from pieces_server.database.tables import distributions, wheels

from .piece_source import Notice, piece_not_found
from .version_rows import raise_revision

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from pieces_framework.versions import Version
    from pieces_server.audit import Actor
    from pieces_server.database import Database


class Withdrawal(StrEnum):
    """A way to withdraw a version; the values are columns."""

    YANK = "yanked"
    """Installers and the API pass over it, unless it is asked for exactly."""
    DEPRECATION = "deprecated"
    """It is chosen like any other; who reads it is told."""


@dataclass(frozen=True, kw_only=True)
class WithdrawalState:
    """What was withdrawn of a version."""

    distribution: str
    version: Version
    yanked: Notice | None
    deprecated: Notice | None


class Withdrawing:
    """Withdraws versions of pieces, and of any other wheel."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def withdraw(
        self, name: str, version: Version, withdrawal: Withdrawal, *, reason: str, actor: Actor
    ) -> WithdrawalState:
        """Withdraw a version. Once more, with another reason, keeps the first time.

        Raises:
            PieceNotFoundError: if there is no such version.
        """
        return self._set(name, version, withdrawal, reason, actor)

    def restore(
        self, name: str, version: Version, withdrawal: Withdrawal, *, actor: Actor
    ) -> WithdrawalState:
        """Bring a version back; nothing is done if it is not withdrawn.

        Raises:
            PieceNotFoundError: if there is no such version.
        """
        return self._set(name, version, withdrawal, None, actor)

    def _set(
        self,
        name: str,
        version: Version,
        withdrawal: Withdrawal,
        reason: str | None,
        actor: Actor,
    ) -> WithdrawalState:
        distribution = distribution_name(name)
        if not is_distribution_name(distribution):
            raise piece_not_found(name, version)
        with self._database.writing() as connection:
            # Whoever changes something below a name holds this row first, so none waits for
            # another in a circle.
            this_name = select(distributions.c.name).where(distributions.c.name == distribution)
            connection.execute(this_name.with_for_update())
            before = _state(connection, name, distribution, version)
            notice = before.yanked if withdrawal is Withdrawal.YANK else before.deprecated
            if reason == (None if notice is None else notice.reason):
                return before
            date = None if reason is None else now() if notice is None else notice.date
            _write(connection, before, withdrawal, date, reason or "")
            raise_revision(connection, distribution)
            action = f"version.{withdrawal.name.lower()}"
            if reason is None:
                record(connection, actor, f"{action}.undo", f"{distribution} {version}")
            else:
                record(connection, actor, action, f"{distribution} {version}", reason=reason)
            return _state(connection, name, distribution, version)


def _state(
    connection: Connection, name: str, distribution: str, version: Version
) -> WithdrawalState:
    query = select(wheels).where(
        wheels.c.distribution == distribution, wheels.c.version == str(version)
    )
    row = connection.execute(query).first()
    if row is None:
        raise piece_not_found(name, version)
    yanked, deprecated = row.yanked, row.deprecated
    return WithdrawalState(
        distribution=distribution,
        version=version,
        yanked=Notice(reason=row.yank_reason, date=yanked) if yanked else None,
        deprecated=Notice(reason=row.deprecation_reason, date=deprecated) if deprecated else None,
    )


def _write(
    connection: Connection,
    state: WithdrawalState,
    withdrawal: Withdrawal,
    date: str | None,
    reason: str,
) -> None:
    columns = {
        Withdrawal.YANK: {"yanked": date, "yank_reason": reason},
        Withdrawal.DEPRECATION: {"deprecated": date, "deprecation_reason": reason},
    }
    this = (
        wheels.c.distribution == state.distribution,
        wheels.c.version == str(state.version),
    )
    connection.execute(update(wheels).where(*this).values(columns[withdrawal]))
