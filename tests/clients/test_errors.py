"""Every error comes out typed, with all that the service said."""

import copy
import pickle
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attribution_client
import grpc
import pytest
from attribution_client import AttributionError, FieldViolation, InvalidArgument, NotFound
from attribution_client._decode import from_rpc_error
from clients.fake_service import (
    Failure,
    FakeService,
    bad_request,
    details,
    error_info,
    retry_info,
)
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration

RULE_MESSAGE = (
    "unknown name `evnt`\n  evnt.course_id == trigger.course_id\n  ^^^^ did you mean `event`?"
)
CODES = [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK]
NO_RETRY = {"retry": attribution_client.RetryPolicy(max_attempts=1)}


def class_name(code: grpc.StatusCode) -> str:
    return "".join(word.capitalize() for word in code.name.split("_"))


def failing(call: Callable[..., Any], service: FakeService, failure: Failure) -> AttributionError:
    service.will("GetCampaign", failure)
    with pytest.raises(AttributionError) as caught:
        call("get_campaign", "c1", options=NO_RETRY)
    return caught.value


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_each_code_has_its_class(
    code: grpc.StatusCode, call: Callable[..., Any], service: FakeService
) -> None:
    failure = Failure(code, "text", details(error_info("SOME_REASON", key="value")))
    error = failing(call, service, failure)
    assert type(error) is getattr(attribution_client, class_name(code))
    assert error.code is code
    assert error.reason == "SOME_REASON"
    assert error.message == "text"
    assert error.metadata == {"key": "value"}
    assert error.field_violations == ()
    assert error.retry_delay is None
    assert isinstance(error.__cause__, grpc.RpcError)


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_an_error_without_details_is_typed_too(
    code: grpc.StatusCode, call: Callable[..., Any], service: FakeService
) -> None:
    error = failing(call, service, Failure(code, "from a proxy"))
    assert type(error) is getattr(attribution_client, class_name(code))
    assert (error.reason, error.message, dict(error.metadata)) == ("", "from a proxy", {})


def test_field_violations_and_retry_delay(call: Callable[..., Any], service: FakeService) -> None:
    failure = Failure(
        grpc.StatusCode.INVALID_ARGUMENT,
        RULE_MESSAGE,
        details(
            error_info("RULE_INVALID", line="1", column="1"),
            bad_request(
                ("campaign.goal.performs_event.filter", RULE_MESSAGE, "RULE_INVALID"),
                ("campaign.goal.window", "more than 90 days", "FIELD_OUT_OF_RANGE"),
            ),
            retry_info(timedelta(seconds=2, microseconds=5)),
        ),
    )
    error = failing(call, service, failure)
    assert isinstance(error, InvalidArgument)
    assert error.metadata == {"line": "1", "column": "1"}
    assert error.field_violations == (
        FieldViolation("campaign.goal.performs_event.filter", RULE_MESSAGE, "RULE_INVALID"),
        FieldViolation("campaign.goal.window", "more than 90 days", "FIELD_OUT_OF_RANGE"),
    )
    assert error.retry_delay == timedelta(seconds=2, microseconds=5)


def test_a_refused_rule_keeps_its_caret_in_the_text(
    call: Callable[..., Any], service: FakeService
) -> None:
    failure = Failure(
        grpc.StatusCode.INVALID_ARGUMENT,
        RULE_MESSAGE,
        details(
            error_info("RULE_INVALID"),
            bad_request(("campaign.goal.performs_event.filter", RULE_MESSAGE, "RULE_INVALID")),
        ),
    )
    assert str(failing(call, service, failure)) == (
        f"INVALID_ARGUMENT RULE_INVALID:\n{RULE_MESSAGE}\n"
        "  campaign.goal.performs_event.filter RULE_INVALID"
    )


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (NotFound(grpc.StatusCode.NOT_FOUND), "NOT_FOUND"),
        (NotFound(grpc.StatusCode.NOT_FOUND, "", "no"), "NOT_FOUND: no"),
        (
            InvalidArgument(
                grpc.StatusCode.INVALID_ARGUMENT,
                "FIELD_REQUIRED",
                "2 fields are at fault",
                field_violations=(
                    FieldViolation("person_id", "must be set", "FIELD_REQUIRED"),
                    FieldViolation("name", ""),
                    FieldViolation("filter", "evnt\n^^^^", "RULE_INVALID"),
                ),
            ),
            "INVALID_ARGUMENT FIELD_REQUIRED: 2 fields are at fault\n"
            "  person_id FIELD_REQUIRED: must be set\n"
            "  name\n"
            "  filter RULE_INVALID:\n"
            "    evnt\n"
            "    ^^^^",
        ),
    ],
)
def test_text(error: AttributionError, text: str) -> None:
    assert str(error) == text


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"\x00" * 100,
        b"\x1a\xff\xff\xff\xff\x0f",
        details(AnyMessage(type_url="type.googleapis.com/google.rpc.ErrorInfo", value=b"\xff")),
        details(AnyMessage(type_url="", value=b"x"), AnyMessage(type_url="no/such.Type")),
        details(AnyMessage(type_url="x/google.rpc.BadRequest", value=b"\x0a\x02\x0a\xff")),
    ],
    ids=repr,
)
def test_details_that_cannot_be_read_are_left_out(
    data: bytes, call: Callable[..., Any], service: FakeService
) -> None:
    error = failing(call, service, Failure(grpc.StatusCode.NOT_FOUND, "text", data))
    assert type(error) is NotFound
    assert (error.reason, error.message, error.field_violations) == ("", "text", ())


def test_one_unreadable_detail_does_not_hide_the_others(
    call: Callable[..., Any], service: FakeService
) -> None:
    data = details(
        AnyMessage(type_url="x/google.rpc.BadRequest", value=b"\xff"),
        error_info("SOMETHING", domain="proxy.example"),
        error_info("CAMPAIGN_NOT_FOUND", campaign_id="c1"),
        error_info("SECOND"),
    )
    error = failing(call, service, Failure(grpc.StatusCode.NOT_FOUND, "text", data))
    assert error.reason == "CAMPAIGN_NOT_FOUND"
    assert error.metadata == {"campaign_id": "c1"}


def test_the_reason_of_another_domain_is_not_taken_for_one_of_the_contract(
    call: Callable[..., Any], service: FakeService
) -> None:
    data = details(error_info("CAMPAIGN_NOT_FOUND", domain="proxy.example", a="b"))
    error = failing(call, service, Failure(grpc.StatusCode.NOT_FOUND, "text", data))
    assert (error.reason, dict(error.metadata)) == ("", {})


def test_the_message_of_the_details_stands_in_for_a_missing_one(
    call: Callable[..., Any], service: FakeService
) -> None:
    failure = Failure(grpc.StatusCode.NOT_FOUND, "", details(message="inner"))
    assert failing(call, service, failure).message == "inner"


@pytest.mark.parametrize(
    "delay",
    [Duration(seconds=-1), Duration(seconds=2**62), Duration(nanos=-(2**31)), None],
    ids=["negative", "endless", "malformed", "unset"],
)
def test_a_retry_delay_that_is_none_is_left_out(
    delay: Duration | None, call: Callable[..., Any], service: FakeService
) -> None:
    failure = Failure(grpc.StatusCode.NOT_FOUND, "text", details(retry_info(delay)))
    assert failing(call, service, failure).retry_delay is None


def test_the_first_retry_delay_that_is_one_counts(
    call: Callable[..., Any], service: FakeService
) -> None:
    data = details(retry_info(None), retry_info(timedelta(seconds=3)), retry_info(timedelta()))
    failure = Failure(grpc.StatusCode.NOT_FOUND, "text", data)
    assert failing(call, service, failure).retry_delay == timedelta(seconds=3)


class BareError(grpc.RpcError):
    """An error with nothing, as test doubles raise."""


class EmptyError(grpc.RpcError):
    """An error whose parts are all missing."""

    def code(self) -> Any:
        return None

    def details(self) -> Any:
        return None

    def trailing_metadata(self) -> Any:
        return None


def test_errors_with_nothing_in_them() -> None:
    bare = from_rpc_error(BareError("text"))
    assert (type(bare), bare.message) == (attribution_client.Unknown, "text")
    empty = from_rpc_error(EmptyError())
    assert (type(empty), empty.message) == (attribution_client.Unknown, "")


@pytest.mark.parametrize(
    "duplicate",
    [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))],  # noqa: S301
    ids=["copy", "deepcopy", "pickle"],
)
def test_errors_can_be_copied_and_pickled(duplicate: Callable[[Any], Any]) -> None:
    error = NotFound(
        grpc.StatusCode.NOT_FOUND,
        "CAMPAIGN_NOT_FOUND",
        "no campaign",
        {"campaign_id": "c1"},
        (FieldViolation("campaign_id", "unknown", "FIELD_INVALID"),),
        timedelta(seconds=1),
    )
    error.add_note("while testing")
    twin = duplicate(error)
    assert type(twin) is NotFound
    assert twin is not error
    for name in ("code", "reason", "message", "metadata", "field_violations", "retry_delay"):
        assert getattr(twin, name) == getattr(error, name), name
    assert str(twin) == str(error)
    assert twin.__notes__ == ["while testing"]


def test_metadata_cannot_be_changed() -> None:
    given = {"a": "b"}
    error = NotFound(grpc.StatusCode.NOT_FOUND, metadata=given)
    given["a"] = "c"
    assert error.metadata == {"a": "b"}
    with pytest.raises(TypeError):
        error.metadata["a"] = "d"  # type: ignore[index]
