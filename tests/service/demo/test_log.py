"""The made-up log."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from attribution_service.demo.commands import KINDS, Report, Touch
from attribution_service.demo.log import generate

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize("number", [0, 1, 499, 500])
def test_length_is_exact(number: int) -> None:
    assert sum(len(log.commands) for log in generate(number, NOW)) == number


def test_same_on_every_run() -> None:
    assert generate(2_000, NOW) == generate(2_000, NOW)


def test_longer_log_begins_with_the_shorter() -> None:
    assert generate(2_000, NOW)[:50] == generate(4_000, NOW)[:50]


def test_all_kinds_are_there() -> None:
    commands = [command for log in generate(20_000, NOW) for command in log.commands]

    assert set(Counter(command.kind for command in commands)) == set(KINDS)
    reports = [command for command in commands if isinstance(command, Report)]
    assert len({report.channel for report in reports}) == 10
    assert len({report.status for report in reports}) == 7


def test_commands_are_the_persons_own() -> None:
    for log in generate(2_000, NOW):
        assert {command.person for command in log.commands} == {log.person}


def test_times_lie_far_from_the_ends_of_all_windows() -> None:
    """So that an answer does not depend on how long the log takes to send."""
    for log in generate(5_000, NOW):
        for command in log.commands:
            time = command.time if isinstance(command, Touch) else None
            time = command.sent if isinstance(command, Report) else time
            if time is not None:
                assert (NOW - time) % timedelta(hours=1) == timedelta(minutes=30)
