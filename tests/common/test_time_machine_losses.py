"""What the strategies of one value cannot stand: the search finds each of it, and how small."""

from __future__ import annotations

import pytest

from pieces_common import DedupeStrategy
from pieces_common.testing import PollingChoice, play
from tests.common.histories import KNOWN_LOSSES, KnownLoss


@pytest.mark.parametrize("loss", KNOWN_LOSSES, ids=[loss.name for loss in KNOWN_LOSSES])
def test_a_known_loss_is_found_and_made_small(loss: KnownLoss) -> None:
    found = loss.smallest()

    assert found is not None
    print(found.text())
    assert loss.wrong(found)
    assert loss.fault in found.faults
    assert len(found.history.arrivals) == loss.items
    assert len(found.history.polls) == loss.polls
    assert len(found.text().splitlines()) <= 12


@pytest.mark.parametrize("loss", KNOWN_LOSSES, ids=[loss.name for loss in KNOWN_LOSSES])
def test_a_ledger_with_a_long_overlap_stands_it(loss: KnownLoss) -> None:
    found = loss.smallest()
    assert found is not None

    outcome = play(found.history, PollingChoice(dedupe=DedupeStrategy.LEDGER, overlap_s=12 * 3600))

    assert outcome.is_right, outcome.text()
