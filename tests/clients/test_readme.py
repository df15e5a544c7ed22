"""The README's blocks and the example run as they stand, but for the address."""

import re
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest
from attribution.v1.attribution_service_pb2 import CheckExitResponse, EvaluateResponse
from attribution.v1.campaign_service_pb2 import CreateCampaignResponse
from attribution.v1.delivery_service_pb2 import RecordDeliveryResponse
from attribution.v1.journey_service_pb2 import ListJourneysResponse, StartJourneyResponse
from attribution.v1.report_service_pb2 import WatchConversionsResponse
from attribution_client import (
    BacktestConversion,
    BacktestProgress,
    BacktestResponse,
    BacktestSummary,
    Conversion,
    Delivery,
    ExitReason,
    Journey,
)
from clients.fake_service import Failure, FakeService, details, error_info
from grpc import StatusCode

FOLDER = Path(__file__).resolve().parents[2] / "clients" / "python"
ADDRESS = "127.0.0.1:50051"
README = (FOLDER / "README.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)

CREDITED = EvaluateResponse(conversions=[Conversion(delivery_id="d1")])
MISSING = Failure(
    StatusCode.NOT_FOUND, "no", details(error_info("JOURNEY_NOT_FOUND", journey_id="j404"))
)


def prepare_sync(service: FakeService) -> None:
    service.will("Evaluate", CREDITED)
    service.will("CheckExit", CheckExitResponse(exit=True))


def prepare_async(service: FakeService) -> None:
    service.will("Evaluate", CREDITED)
    service.will("ListJourneys", ListJourneysResponse(journeys=[Journey(journey_id="j1")]))


def prepare_watch(service: FakeService) -> None:
    found = WatchConversionsResponse(conversion=Conversion(delivery_id="d1"), cursor="7")
    service.will("WatchConversions", WatchConversionsResponse(cursor="6"), found)


def prepare_stream(_: FakeService) -> None:
    """Answers without results are what there is when nothing else was told."""


def prepare_backtest(service: FakeService) -> None:
    found = BacktestConversion(conversion=Conversion(delivery_id="d1"), recorded=True)
    service.will(
        "Backtest",
        BacktestResponse(progress=BacktestProgress(journey_count=1)),
        BacktestResponse(conversion=found),
        BacktestResponse(summary=BacktestSummary(both=1)),
    )


def prepare_error(service: FakeService) -> None:
    service.will("CheckExit", MISSING)


def test_all_blocks_are_here() -> None:
    assert len(BLOCKS) == 6
    assert all(block.count(ADDRESS) == 1 for block in BLOCKS)


@pytest.mark.parametrize(
    ("number", "prepare", "printed"),
    [
        (0, prepare_sync, "['d1']\nTrue\n"),
        (1, prepare_async, "['d1']\n['j1']\n"),
        (2, prepare_watch, "d1 7\n"),
        (3, prepare_stream, "[]\n" * 4),
        (4, prepare_backtest, "d1 True\n1 0 0\n"),
        (5, prepare_error, "JOURNEY_NOT_FOUND {'journey_id': 'j404'}\n"),
    ],
    ids=["sync", "async", "watch", "stream", "backtest", "errors"],
)
def test_block_of_the_readme(
    number: int,
    prepare: Callable[[FakeService], None],
    printed: str,
    address: str,
    service: FakeService,
    capsys: pytest.CaptureFixture[str],
) -> None:
    prepare(service)
    source = BLOCKS[number].replace(ADDRESS, address)
    exec(compile(source, f"README block {number}", "exec"), {"__name__": "readme"})  # noqa: S102
    assert capsys.readouterr().out == printed


@pytest.mark.parametrize("again", [False, True], ids=["first run", "second run"])
def test_example(
    again: bool, address: str, service: FakeService, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = Failure(
        StatusCode.ALREADY_EXISTS, "taken", details(error_info("CAMPAIGN_ALREADY_EXISTS"))
    )
    service.will("CreateCampaign", taken if again else CreateCampaignResponse())
    service.will(
        "StartJourney", StartJourneyResponse(journey=Journey(journey_id="j"), replayed=again)
    )
    service.will(
        "RecordDelivery",
        RecordDeliveryResponse(delivery=Delivery(delivery_id="d"), replayed=again),
    )
    service.will(
        "Evaluate",
        EvaluateResponse(conversions=[Conversion(delivery_id="d")], replayed=again),
    )
    service.will(
        "CheckExit",
        CheckExitResponse(exit=True, reason=ExitReason.EXIT_REASON_GOAL, detail="Achieved."),
    )
    runpy.run_path(str(FOLDER / "examples" / "course.py"))["main"](address)
    mark = " (as before)" if again else ""
    assert capsys.readouterr().out == (
        ("The campaign is there already.\n" if again else "")
        + f"Journey j{mark}\nDelivery d{mark}\nThe credit goes to d{mark}\n"
        "The journey ends: EXIT_REASON_GOAL. Achieved.\n"
    )
    assert [call.method for call in service.calls] == [
        "CreateCampaign",
        "StartJourney",
        "RecordDelivery",
        "Evaluate",
        "CheckExit",
    ]
