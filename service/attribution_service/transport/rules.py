"""The calls about rules: they need no store, since nothing of what they answer is kept."""

from collections.abc import Iterable

from attribution.v1 import rule_pb2, rule_service_pb2
from attribution_dsl import Diagnostic

from attribution_service.core.check_rule import (
    CheckedRule,
    Place,
    RuleText,
    check_rule,
    place_of,
)
from attribution_service.core.refusals import Reason
from attribution_service.core.rules import ErrorValue, RuleInput
from attribution_service.core.segments import MAX_SEGMENTS
from attribution_service.core.try_rule import Outcome, Part, TriedRule, try_rule
from attribution_service.core.value_types import type_of
from attribution_service.storage.interface import Store
from attribution_service.transport import enums, values
from attribution_service.transport.fields import Fields

MAX_DIAGNOSTICS = 100
MAX_PARTS_BYTES = 1024 * 1024


def check(
    request: rule_service_pb2.CheckRuleRequest, _store: Store
) -> rule_service_pb2.CheckRuleResponse:
    """Raises Refusal for a request that is no question; a refused rule is an answer."""
    fields = Fields()
    text = _text(request, fields)
    fields.done()
    checked = check_rule(text)
    return rule_service_pb2.CheckRuleResponse(
        valid=checked.rule is not None,
        formatted=checked.formatted,
        reads=[
            rule_pb2.RuleRead(root=item.root, properties=item.properties, whole=item.whole)
            for item in checked.reads
        ],
        diagnostics=_diagnostics(checked),
    )


def attempt(
    request: rule_service_pb2.TryRuleRequest, _store: Store
) -> rule_service_pb2.TryRuleResponse:
    """Raises Refusal for a request that is no question; a refused rule is an answer."""
    fields = Fields()
    text = _text(request, fields)
    if request.without_trigger and request.HasField("trigger"):
        fields.fault("trigger", Reason.FIELD_INVALID, "goes with a campaign that an event triggers")
    given = RuleInput(
        event=fields.struct("event", request.event),
        trigger=fields.struct("trigger", request.trigger),
        person=fields.struct("person", request.person),
        now_us=fields.time_us("now", request, "now"),
        segment_ids=fields.identifiers("segments", request.segments, MAX_SEGMENTS),
    )
    fields.done()
    return _tried(try_rule(text, given))


def _text(
    request: rule_service_pb2.CheckRuleRequest | rule_service_pb2.TryRuleRequest, fields: Fields
) -> RuleText:
    return RuleText(
        source=fields.rule("source", request.source),
        use=fields.enum("place", request.place, enums.RULE_PLACE),
        has_trigger=not request.without_trigger,
    )


def _tried(tried: TriedRule) -> rule_service_pb2.TryRuleResponse:
    parts = list(_parts(tried.parts))
    return rule_service_pb2.TryRuleResponse(
        valid=tried.checked.rule is not None,
        diagnostics=_diagnostics(tried.checked),
        result=None if tried.result is None else _outcome(tried.result),
        parts=parts,
        parts_cut=tried.cut or len(parts) < len(tried.parts),
        missing=tried.missing,
    )


def _parts(parts: Iterable[Part]) -> Iterable[rule_pb2.RulePart]:
    """As many parts as an answer has room for."""
    room = MAX_PARTS_BYTES
    for part in parts:
        message = rule_pb2.RulePart(
            span=_span(part.place), text=part.text, evaluations=part.evaluations
        )
        for outcome in part.outcomes:
            message.outcomes.append(_outcome(outcome))
        room -= message.ByteSize()
        if room < 0:
            return
        yield message


def _outcome(outcome: Outcome) -> rule_pb2.RuleOutcome:
    value = outcome.value
    if isinstance(value, ErrorValue):
        error = rule_pb2.RuleError(
            kind=enums.RULE_ERROR_KIND.number(value.kind),
            message=value.message,
            path=value.path or "",
        )
        return rule_pb2.RuleOutcome(error=error, turns=outcome.turns)
    found = rule_pb2.RuleValue(
        type=enums.RULE_VALUE_TYPE.number(type_of(value)), value=values.message(value)
    )
    return rule_pb2.RuleOutcome(value=found, turns=outcome.turns)


def _diagnostics(checked: CheckedRule) -> list[rule_pb2.RuleDiagnostic]:
    return [_diagnostic(item, checked.source) for item in checked.diagnostics[:MAX_DIAGNOSTICS]]


def _diagnostic(item: Diagnostic, source: str) -> rule_pb2.RuleDiagnostic:
    return rule_pb2.RuleDiagnostic(
        severity=enums.SEVERITY.number(item.severity),
        code=item.code,
        message=item.message,
        span=_span(place_of(source, item.span)),
        suggestion=item.suggestion or "",
    )


def _span(place: Place) -> rule_pb2.RuleSpan:
    return rule_pb2.RuleSpan(
        start_offset=place.start,
        end_offset=place.end,
        line=place.line,
        column=place.column,
        end_line=place.end_line,
        end_column=place.end_column,
    )
