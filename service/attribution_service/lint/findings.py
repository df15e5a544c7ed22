"""What is wrong or doubtful about rules in files, and how that is told."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from attribution_dsl import Diagnostic

from attribution_service.core.check_rule import check_rule, place_of
from attribution_service.lint.find import FoundRule
from attribution_service.lint.places import FilePlace


@dataclass(frozen=True, slots=True)
class Finding:
    """A diagnostic, and where it is in the file."""

    rule: FoundRule
    diagnostic: Diagnostic
    place: FilePlace

    @property
    def head(self) -> str:
        """Where it is and what it says, in a line."""
        told, place = self.diagnostic, self.place
        at = f"{self.rule.path}:{place.line}" + (f":{place.column}" if place.column else "")
        return f"{at}: {told.severity}: {told.message} [{told.code}]"

    @property
    def body(self) -> str:
        """The part of the rule concerned, and what was likely meant."""
        told, place = self.diagnostic, self.place
        within = "" if place.column else f"  in the rule: line {told.line}, column {told.column}\n"
        # The file and its line are told already.
        head = f"{told.severity}: {told.message}\n  line {told.line}, column {told.column}\n"
        return within + told.render(self.rule.text.source).removeprefix(head)

    def as_json(self) -> dict[str, object]:
        """The same for programs."""
        told, text = self.diagnostic, self.rule.text
        return {
            "file": str(self.rule.path),
            **asdict(self.place),
            "severity": str(told.severity),
            "code": told.code,
            "message": told.message,
            "suggestion": told.suggestion,
            "place": text.use.lower(),
            "rule": text.source,
            "in_rule": asdict(place_of(text.source, told.span)),
        }


def findings(rule: FoundRule) -> Iterator[Finding]:
    """All that is wrong or doubtful about a rule."""
    for item in check_rule(rule.text).diagnostics:
        yield Finding(rule, item, rule.where.place(item.span.start, item.span.end))
