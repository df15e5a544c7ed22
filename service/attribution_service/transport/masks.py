"""Field masks of updates."""

from collections.abc import Sequence
from typing import Any, TypeVar

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from attribution_service.core.refusals import Reason, shown
from attribution_service.transport.fields import Fields

MUTABLE = (
    "display_name",
    "trigger",
    "audience_filter",
    "goal",
    "exit_policy",
    "webhook_action_ids",
)
MUTABLE_OF_SEGMENT = ("display_name", "rule")
_MAX_PATHS = 100

M = TypeVar("M", bound=Message)


def paths(wanted: Message, mask: FieldMask, mutable: Sequence[str], fields: Fields) -> list[str]:
    """The paths to change of what is `mutable`; what cannot be changed is noted as a fault."""
    asked = list(mask.paths)
    if asked == ["*"]:
        return list(mutable)
    if not asked:
        return [field.name for field, _ in wanted.ListFields() if field.name in mutable]
    if len(asked) > _MAX_PATHS:
        fields.too_long("update_mask", f"has {len(asked)} paths", _MAX_PATHS)
        return []
    for path in asked:
        _check(path, wanted, mutable, fields)
    return asked


def _check(path: str, wanted: Message, mutable: Sequence[str], fields: Fields) -> None:
    descriptor: Any = wanted.DESCRIPTOR  # its stubs disagree about the type
    # The check behind it takes a NUL for the end of the path.
    if "\0" in path or not FieldMask(paths=[path]).IsValidForDescriptor(descriptor):
        what = f"{shown(path)} is no field of a {descriptor.name.lower()}"
    elif path.split(".")[0] not in mutable:
        what = f"{shown(path)} cannot be changed"
    else:
        return
    fields.fault("update_mask", Reason.FIELD_INVALID, f"{what}; one of {', '.join(mutable)}")


def merge(wanted: M, target: M, paths: list[str]) -> None:
    """Take over the fields that the paths name; one that is not set is removed."""
    source = type(wanted)()
    source.CopyFrom(wanted)
    # A path below another one is named by that one already.
    paths = [path for path in paths if not any(path.startswith(f"{other}.") for other in paths)]
    paths = [path for path in paths if not _is_replaced(source, path, paths)]
    for path in paths:
        _touch_parents(source, path)
    FieldMask(paths=paths).MergeMessage(
        source, target, replace_message_field=True, replace_repeated_field=True
    )


def _is_replaced(source: Message, path: str, paths: list[str]) -> bool:
    """Whether a path leads into one alternative of several, and another is set and named as well.

    Setting that one clears this one, so there is nothing left to take over.
    """
    message: Any = source
    *parents, _ = path.split(".")
    above = ""
    for name in parents:
        group = message.DESCRIPTOR.fields_by_name[name].containing_oneof
        chosen = None if group is None else message.WhichOneof(group.name)
        if chosen not in {None, name}:
            return any(f"{each}.".startswith(f"{above}{chosen}.") for each in paths)
        message = getattr(message, name)
        above += f"{name}."
    return False


def _touch_parents(message: Message, path: str) -> None:
    """Make the messages on the way to a nested field, so that its absence is seen in them."""
    *parents, _ = path.split(".")
    for name in parents:
        message = getattr(message, name)
        message.SetInParent()
