"""Carrying out a plan while others change things, and while calls fail."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import grpc
import pytest
from attribution.v1.campaign_pb2 import Campaign
from attribution_client import Aborted, AlreadyExists, AttributionError, Unavailable
from attribution_service.apply.carry_out import carry_out
from attribution_service.apply.folder import read_folder
from attribution_service.apply.plan import Action, Plan, make_plan
from attribution_service.apply.rehearse import rehearse
from attribution_service.apply.tell import outcome_lines, summary_lines
from attribution_service.scenarios.definitions import CAMPAIGN, Definition, Kind
from google.protobuf.message import Message

FILE = """\
campaigns:
  - {campaign_id: a, display_name: A}
  - {campaign_id: b, display_name: B}
  - {campaign_id: c, display_name: C}
"""


class FakeServer:
    """Campaigns in a dict; fails as told, before or after the call takes effect."""

    def __init__(self) -> None:
        self.held: dict[str, Campaign] = {}
        self.fail: dict[str, AttributionError] = {}
        self.lose_answer: dict[str, AttributionError] = {}

    def get(self, kind: Kind, definition_id: str) -> Message | None:
        return self.held.get(definition_id) if kind is CAMPAIGN else None

    def create(self, definition: Definition) -> Message:
        if definition.id in self.held:
            raise AlreadyExists(grpc.StatusCode.ALREADY_EXISTS, "CAMPAIGN_ALREADY_EXISTS")
        return self._store(definition, 1)

    def update(self, definition: Definition, mask: Sequence[str], etag: str) -> Message:  # noqa: ARG002
        if self.held[definition.id].etag != etag:
            raise Aborted(grpc.StatusCode.ABORTED, "ETAG_MISMATCH")
        return self._store(definition, int(etag) + 1)

    def archive(self, definition: Definition, etag: str) -> Message:
        if self.held[definition.id].etag != etag:
            raise Aborted(grpc.StatusCode.ABORTED, "ETAG_MISMATCH")
        self.held[definition.id].archive_time.GetCurrentTime()
        return self.held[definition.id]

    def _store(self, definition: Definition, version: int) -> Message:
        if definition.id in self.fail:
            raise self.fail.pop(definition.id)
        wanted, _ = rehearse([definition])
        held = cast(Campaign, wanted[definition.title])
        held.etag = str(version)
        self.held[definition.id] = held
        if definition.id in self.lose_answer:
            raise self.lose_answer.pop(definition.id)
        return held


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


def plan(server: FakeServer, tmp_path: Path, text: str = FILE) -> Plan:
    path = tmp_path / "a.yaml"
    path.write_text(text)
    folder = read_folder(path)
    wanted, wrong = rehearse(folder.definitions)
    assert not folder.refused
    assert not wrong
    return make_plan(folder.definitions, wanted, server)


def test_a_partial_failure_says_what_is_left_and_a_second_run_goes_on(
    server: FakeServer, tmp_path: Path
) -> None:
    server.fail["b"] = Unavailable(grpc.StatusCode.UNAVAILABLE, "", "gone")
    first = plan(server, tmp_path)
    outcomes = list(carry_out(first, server))
    assert [(each.change.definition.id, each.error is None) for each in outcomes] == [
        ("a", True),
        ("b", False),
    ]
    told = [line.text for each in outcomes for line in outcome_lines(each)]
    assert told == [
        "created campaign a: revision 1",
        "FAILED to create campaign b",
        "  UNAVAILABLE: gone",
    ]
    assert [line.text for line in summary_lines(first, outcomes)] == [
        "applied: 1 of 3; not applied: campaign b, campaign c",
        "apply again to go on: what was applied stays as it is",
    ]
    second = plan(server, tmp_path)
    assert [each.action for each in second.changes] == [
        Action.UNCHANGED,
        Action.CREATE,
        Action.CREATE,
    ]
    assert all(each.error is None for each in carry_out(second, server))
    assert not plan(server, tmp_path).to_do


def test_a_change_by_somebody_else_in_between_is_aborted(
    server: FakeServer, tmp_path: Path
) -> None:
    list(carry_out(plan(server, tmp_path), server))
    ours = plan(server, tmp_path, FILE.replace("A}", "Ours}"))
    list(carry_out(plan(server, tmp_path, FILE.replace("A}", "Theirs}")), server))
    (outcome,) = carry_out(ours, server)
    assert isinstance(outcome.error, Aborted)
    assert [line.text for line in outcome_lines(outcome)][-1] == (
        "  somebody else changed it after the plan was made; theirs was kept"
    )
    assert server.held["a"].display_name == "Theirs"


def test_one_that_somebody_else_created_in_between_is_kept(
    server: FakeServer, tmp_path: Path
) -> None:
    ours = plan(server, tmp_path)
    list(carry_out(plan(server, tmp_path, "campaigns: [{campaign_id: a}]"), server))
    (outcome,) = carry_out(ours, server)
    assert isinstance(outcome.error, AlreadyExists)
    assert server.held["a"].display_name == ""


@pytest.mark.parametrize(
    "error",
    [
        AlreadyExists(grpc.StatusCode.ALREADY_EXISTS, "CAMPAIGN_ALREADY_EXISTS"),
        Aborted(grpc.StatusCode.ABORTED, "ETAG_MISMATCH"),
    ],
)
def test_our_own_call_that_was_sent_again_is_no_fault(
    server: FakeServer, tmp_path: Path, error: AttributionError
) -> None:
    server.lose_answer["a"] = error
    outcomes = list(carry_out(plan(server, tmp_path), server))
    assert [each.error for each in outcomes] == [None, None, None]


def test_the_kind_cannot_change(server: FakeServer, tmp_path: Path) -> None:
    list(carry_out(plan(server, tmp_path), server))
    server.held["a"].kind = 99  # type: ignore[assignment]  # one of a newer contract
    found = plan(server, tmp_path)
    (fault,) = found.wrong
    assert "campaign 'a' is 99 on the server and cannot become TRIGGERED" in str(fault)
