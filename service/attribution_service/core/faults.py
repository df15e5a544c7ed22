"""What is told of a rule that had no answer."""

from attribution_service.core.answers import RuleFault
from attribution_service.core.model import Revision
from attribution_service.core.rules import ErrorValue


def fault_of(revision: Revision, rule: str, result: object) -> RuleFault:
    """The fault of a rule of a revision that came to `result`."""
    what = "NOT_A_FINITE_NUMBER"
    path = None
    if isinstance(result, ErrorValue):
        what, path = result.kind.name, result.path
    # A path can hold what a person sent, such as a key; one that the rule itself names cannot.
    return RuleFault(
        revision.campaign_id, revision.number, rule, what, path if path and path in rule else ""
    )
