"""What `apply` would change on the server on which the story was played."""

from pathlib import Path

from attribution_service.apply.fields import FieldChange, RuleSource, Value
from attribution_service.apply.folder import read_folder
from attribution_service.apply.plan import Change, make_plan
from attribution_service.apply.rehearse import rehearse
from attribution_service.apply.server import ClientServer
from attribution_service.apply.tell import notes
from attribution_service.demo.calls import connected_blocking
from attribution_service.demo.commands import DemoFailed
from attribution_service.demo.sheets import Rows, Sheet

_FILES = {
    "finish-course.yaml": """\
campaigns:
  - campaign_id: finish-course
    display_name: Finish what you started
    trigger: {event_name: course_started}
    goal:
      performs_event:
        event_name: course_finished
        filter: event.course_id == trigger.course_id && event.score >= 80.0
      window: 3d
      basis: CLICKED
    exit_policy: GOAL
    webhook_action_ids: [call-tutor]
""",
    "left-cart.yaml": """\
campaigns:
  - campaign_id: left-cart
    trigger: {event_name: cart_left}
    goal: {performs_event: {event_name: purchase}, window: 2d}
    exit_policy: GOAL
""",
}
_CHANGED, _NEW = "change campaign\nfinish-course", "create campaign\nleft-cart"
_PLAN: Rows = (
    (
        _CHANGED,
        "goal.performs_event.filter",
        "event.course_id == trigger.course_id\n"
        "-> event.course_id == trigger.course_id && event.score >= 80.0",
    ),
    (_CHANGED, "goal.window", "7d -> 3d"),
    (_NEW, "kind", "TRIGGERED"),
    (_NEW, "trigger.event_name", "cart_left"),
    (_NEW, "goal.performs_event.event_name", "purchase"),
    (_NEW, "goal.window", "2d"),
    (_NEW, "goal.basis", "RECEIVED"),
    (_NEW, "exit_policy", "GOAL"),
)


def plan(address: str, folder: Path) -> Sheet:
    """Compare two files, written into this new folder, with the server, and change nothing.

    Raises DemoFailed, AttributionError.
    """
    folder.mkdir()
    for name, text in _FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    changes = _changes(address, folder)
    said = "; ".join(note for change in changes for note in notes(change))
    return Sheet(
        "What would `apply` change?",
        f"Two files compared with the server; nothing is changed here. The change {said}.",
        ("Plan", "Field", "Value"),
        tuple(_row(change, each) for change in changes for each in change.fields),
        _PLAN,
        grouped=True,
    )


def _changes(address: str, folder: Path) -> tuple[Change, ...]:
    read = read_folder(folder)
    wanted, refused = rehearse(read.definitions)
    wrong = [str(error) for error in (*read.wrong, *refused)]
    if wrong or read.refused:
        raise DemoFailed("\n".join(("the demo's files are refused:", *wrong)))
    with connected_blocking(address) as client:
        return make_plan(read.definitions, wanted, ClientServer(client)).changes


def _row(change: Change, field: FieldChange) -> tuple[str, ...]:
    definition = change.definition
    name = f"{change.action} {definition.kind.name}\n{definition.id}"
    after = _text(field.after)
    if field.before is None:
        return (name, field.path, after)
    arrow = "\n-> " if isinstance(field.before, RuleSource) else " -> "
    return (name, field.path, f"{_text(field.before)}{arrow}{after}")


def _text(value: Value | None) -> str:
    if isinstance(value, RuleSource):
        return value.text
    return ", ".join(value) if isinstance(value, tuple) else value or ""
