"""The enums of the contract beside their twins in the core."""

from attribution.v1 import (
    attribution_service_pb2,
    backtest_pb2,
    campaign_pb2,
    delivery_pb2,
    explanation_pb2,
    goal_pb2,
    journey_pb2,
    report_pb2,
    rule_pb2,
    segment_pb2,
)
from attribution_dsl import Severity

from attribution_service.core import backtest_notes, credit_models, model, reports
from attribution_service.core.rules import ErrorKind, Use
from attribution_service.core.value_types import ValueType
from attribution_service.transport.fields import EnumField

ACTIVITY_KIND = EnumField(reports.ActivityKind, report_pb2.ActivityKind.DESCRIPTOR)
BACKTEST_NOTE_KIND = EnumField(backtest_notes.NoteKind, backtest_pb2.BacktestNoteKind.DESCRIPTOR)
BASIS = EnumField(model.Basis, goal_pb2.Basis.DESCRIPTOR)
CAMPAIGN_KIND = EnumField(model.CampaignKind, campaign_pb2.CampaignKind.DESCRIPTOR)
CHANNEL = EnumField(model.Channel, delivery_pb2.Channel.DESCRIPTOR)
CREDIT_MODEL = EnumField(credit_models.CreditModel, report_pb2.CreditModel.DESCRIPTOR)
DELIVERY_FIGURE = EnumField(reports.DeliveryFigure, report_pb2.DeliveryFigure.DESCRIPTOR)
DELIVERY_STATUS = EnumField(model.DeliveryStatus, delivery_pb2.DeliveryStatus.DESCRIPTOR)
EXIT_POLICY = EnumField(model.ExitPolicy, campaign_pb2.ExitPolicy.DESCRIPTOR)
EXIT_REASON = EnumField(model.ExitReason, journey_pb2.ExitReason.DESCRIPTOR)
INTERACTION_KIND = EnumField(model.InteractionKind, delivery_pb2.InteractionKind.DESCRIPTOR)
JOURNEY_FIGURE = EnumField(reports.JourneyFigure, report_pb2.JourneyFigure.DESCRIPTOR)
JOURNEY_STATE = EnumField(model.JourneyState, journey_pb2.JourneyState.DESCRIPTOR)
MEMBERSHIP_CHANGE = EnumField(model.MembershipChange, segment_pb2.MembershipChange.DESCRIPTOR)
NEXT_STEP = EnumField(model.NextStep, attribution_service_pb2.NextStep.DESCRIPTOR)
RULE_ERROR_KIND = EnumField(ErrorKind, rule_pb2.RuleErrorKind.DESCRIPTOR)
RULE_PLACE = EnumField(Use, rule_pb2.RulePlace.DESCRIPTOR)
RULE_VALUE_TYPE = EnumField(ValueType, rule_pb2.RuleValueType.DESCRIPTOR)
SEVERITY = EnumField(Severity, rule_pb2.Severity.DESCRIPTOR)
TIME_BASIS = EnumField(reports.TimeBasis, report_pb2.TimeBasis.DESCRIPTOR)
VERDICT = EnumField(model.Verdict, explanation_pb2.Verdict.DESCRIPTOR)
