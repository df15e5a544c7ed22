from attribution.v1 import error_reason_pb2
from attribution_service.core.refusals import Reason, shown
from attribution_service.transport.errors import CODES


def test_reasons_are_those_of_the_contract() -> None:
    names = {name.removeprefix("ERROR_REASON_") for name, _ in error_reason_pb2.ErrorReason.items()}
    assert {reason.value for reason in Reason} == names - {"UNSPECIFIED"}


def test_every_reason_has_the_code_that_the_contract_says() -> None:
    assert set(CODES) == set(Reason)


def test_long_text_is_cut_for_messages() -> None:
    assert shown("abc") == "'abc'"
    assert shown("x" * 80) == f"'{'x' * 80}'"
    assert shown("x" * 81) == f"'{'x' * 79}…'"
