"""The rules about people and segments (S1 to S4), once more, from the log alone."""

from copy import deepcopy

from model import rules
from model.content import HIDDEN, Happening, Move, explained, in_bytes, required
from model.driver import Json
from model.log import Entry, Log, Refusal

CHANGES = ("ENTERED", "LEFT")


class NaivePeople(Log):
    """Segments, attributes, and who is in which segment.

    What happens to goals by it is for the model itself to say: `achieved`.
    """

    # ---- segments --------------------------------------------------------------------------

    def create_segment(self, request: Json, at: int) -> Json:
        """A segment, in which is nobody yet, or of whose attributes its rule is true."""
        given = request.get("segment", {})
        segment_id = required(given, "segment_id")
        if self.segment(segment_id):
            raise Refusal("ALREADY_EXISTS", "SEGMENT_ALREADY_EXISTS")
        self._check_rule(given.get("rule") or "")
        segment = {
            "segment_id": segment_id,
            "display_name": given.get("display_name") or "",
            "rule": given.get("rule") or "",
            "etag": str(len(self.log) + 1),
            "create_time": at,
            "update_time": at,
        }
        return self._accept(at, "create_segment", request, {"segment": segment})

    def update_segment(self, request: Json, at: int) -> Json:
        """Changes name or rule; a rule is neither given nor taken away."""
        given = request.get("segment", {})
        segment = self._known_segment(required(given, "segment_id"))
        if given.get("etag") and given["etag"] != segment["etag"]:
            raise Refusal("ABORTED", "ETAG_MISMATCH")
        fields = ("display_name", "rule")
        mask = request.get("update_mask") or [field for field in fields if given.get(field)]
        paths = fields if mask == ["*"] else mask
        changed = {**segment, **{path: given.get(path) or "" for path in paths}}
        if all(changed[field] == segment[field] for field in fields):
            return {"segment": segment}
        if bool(changed["rule"]) != bool(segment["rule"]):
            raise Refusal("FAILED_PRECONDITION", "SEGMENT_KIND_FIXED")
        self._check_rule(changed["rule"])
        changed |= {"etag": str(len(self.log) + 1), "update_time": at}
        return self._accept(at, "update_segment", request, {"segment": changed})

    def delete_segment(self, request: Json, at: int) -> Json:
        """Deletes a segment that no goal ever was about, and no trigger is."""
        segment = self._known_segment(required(request, "segment_id"))
        if request.get("etag") and request["etag"] != segment["etag"]:
            raise Refusal("ABORTED", "ETAG_MISMATCH")
        if self.is_used(segment["segment_id"]):
            raise Refusal("FAILED_PRECONDITION", "SEGMENT_IN_USE")
        return self._accept(at, "delete_segment", request, {})

    def is_used(self, segment_id: str) -> bool:
        """Whether a campaign is about the segment."""
        raise NotImplementedError

    def get_segment(self, request: Json, _at: int) -> Json:
        """A segment as it is now."""
        return {"segment": self._known_segment(required(request, "segment_id"))}

    def list_segments(self, _request: Json, _at: int) -> Json:
        """All segments, in one page."""
        return {"segments": self.segments()}

    def _check_rule(self, text: str) -> None:
        if text and (text in rules.REFUSED or text not in rules.SEGMENTS):
            raise Refusal("INVALID_ARGUMENT", "RULE_INVALID")

    def _history(self, segment_id: str) -> list[Entry]:
        """What was done to a segment since it was last created; nothing if it is not there."""
        found: list[Entry] = []
        for entry in self.log:
            named = entry.answer.get("segment", {}).get("segment_id")
            if entry.name in ("create_segment", "update_segment") and named == segment_id:
                found.append(entry)
            if entry.name == "delete_segment" and entry.request["segment_id"] == segment_id:
                found = []
        return found

    def segment(self, segment_id: str) -> Json | None:
        """A segment as it is now."""
        history = self._history(segment_id)
        return history[-1].answer["segment"] if history else None

    def _known_segment(self, segment_id: str) -> Json:
        segment = self.segment(segment_id)
        if not segment:
            raise Refusal("NOT_FOUND", "SEGMENT_NOT_FOUND")
        return segment

    def segments(self) -> list[Json]:
        """All segments, in byte order of their ids."""
        ids = {e.answer["segment"]["segment_id"] for e in self.log if e.name == "create_segment"}
        found = [self.segment(segment_id) for segment_id in sorted(ids, key=in_bytes)]
        return [segment for segment in found if segment]

    # ---- people ----------------------------------------------------------------------------

    def attributes(self, person_id: str) -> Json:
        """A person's attributes: all updates, one after the other (rule S4)."""
        found: Json = {}
        for entry in self._entries("update_attributes", person_id):
            found = self.merged(found, entry.request)
        return found

    def merged(self, attributes: Json, request: Json) -> Json:
        """By top-level name; null is a value, and what is to be removed goes."""
        removed = request.get("remove_names") or []
        kept = {key: value for key, value in attributes.items() if key not in removed}
        return {**kept, **(request.get("attributes") or {})}

    def is_in(self, person_id: str, segment_id: str) -> bool:
        """Whether a person is in a segment now (rule S3)."""
        history = self._history(segment_id)
        if not history:
            return False
        rule = history[-1].answer["segment"]["rule"]
        if rule:
            return self.is_true_of(rule, self.attributes(person_id))
        told = [
            entry.request["segment_change"]["change"]
            for entry in self._entries("evaluate", person_id)
            if entry.request.get("segment_change", {}).get("segment_id") == segment_id
            and entry.number > history[0].number
        ]
        return told[-1:] == ["ENTERED"]

    def is_true_of(self, rule: str, attributes: Json) -> bool:
        """What a segment's rule says of these attributes; an error is not true."""
        facts = rules.Facts(event={}, trigger={}, person=attributes)
        return rules.outcome(rule, facts, rules.SEGMENTS) == "TRUE"

    def segments_of(self, person_id: str) -> list[str]:
        """Ids of the segments that a person is in."""
        ids = [segment["segment_id"] for segment in self.segments()]
        return [segment_id for segment_id in ids if self.is_in(person_id, segment_id)]

    def get_person(self, request: Json, _at: int) -> Json:
        """What is known of a person; nobody is unknown."""
        return {"person": self._person(required(request, "person_id"))}

    def _person(self, person_id: str) -> Json:
        return {
            "person_id": person_id,
            "attributes": self.attributes(person_id),
            "segment_ids": self.segments_of(person_id),
        }

    def delete_person(self, request: Json, _at: int) -> Json:
        """What happened stays in the log, under a name that nobody can ask for."""
        self.forget(required(request, "person_id"))
        return {}

    # ---- changes ---------------------------------------------------------------------------

    def taken_in(self, person_id: str, an_id: str) -> Entry | None:
        """What was taken in under an id: events, changes and updates share them (rule C13)."""
        for name in ("evaluate", "update_attributes"):
            for entry in self._entries(name, person_id):
                if an_id and id_of(entry.request) == an_id:
                    return entry
        return None

    def change_segment(self, request: Json, at: int) -> Json:
        """A person enters or leaves a segment; only a real change achieves (rule S1)."""
        change = request["segment_change"]
        person_id = required(change, "person_id")
        segment_id = required(change, "segment_id")
        required(change, "change")
        known = self.taken_in(person_id, change.get("change_id") or "")
        if known:
            if not _same_change(known.request, change):
                raise Refusal("ALREADY_EXISTS", "SEGMENT_CHANGE_ALREADY_EXISTS")
            return {**explained(known.answer, asked=False), "replayed": True}
        if self._known_segment(segment_id)["rule"]:
            raise Refusal("FAILED_PRECONDITION", "SEGMENT_HAS_RULE")
        move = (segment_id, change["change"])
        moves = (move,) if self.is_real(person_id, move) else ()
        over = {"attributes": request.get("person_attributes") or {}}
        happening = Happening(
            person_id=person_id,
            achievement_id=change.get("change_id") or f"{HIDDEN}{len(self.log)}",
            event=None,
            moves=moves,
            person=self.merged(self.attributes(person_id), over),
        )
        answer, facts = self.achieved(happening, at)
        if not request.get("validate_only"):
            self._accept(at, "evaluate", request, answer, facts)
        return explained(answer, asked=request.get("explain", False))

    def is_real(self, person_id: str, move: Move) -> bool:
        """Entering while in, and leaving while out, is nothing (rule S1)."""
        return self.is_in(person_id, move[0]) is not (move[1] == "ENTERED")

    def update_attributes(self, request: Json, at: int) -> Json:
        """Stores attributes; what enters and leaves follow is one achievement (rule S3)."""
        person_id = required(request, "person_id")
        given, removed = request.get("attributes") or {}, request.get("remove_names") or []
        if set(given) & set(removed):
            raise Refusal("INVALID_ARGUMENT", "FIELD_INVALID")
        update_id = request.get("update_id") or ""
        known = self.taken_in(person_id, update_id)
        if known:
            if not _same_update(known.request, request):
                raise Refusal("ALREADY_EXISTS", "UPDATE_ALREADY_EXISTS")
            again = {"person": self._person(person_id), "replayed": True}
            first = explained(known.answer, asked=False)
            told: Json = {"entered_segment_ids": [], "left_segment_ids": []}
            return {**first, **told, **again}
        before = self.attributes(person_id)
        after = self.merged(before, request)
        moves = self.moves(before, after)
        happening = Happening(
            person_id=person_id,
            achievement_id=update_id or f"{HIDDEN}{len(self.log)}",
            event=None,
            moves=moves,
            person=after,
        )
        answer, facts = self.achieved(happening, at)
        answer |= {
            "entered_segment_ids": [segment for segment, change in moves if change == "ENTERED"],
            "left_segment_ids": [segment for segment, change in moves if change == "LEFT"],
        }
        self._accept(at, "update_attributes", request, answer, facts)
        shown = explained(answer, asked=request.get("explain", False))
        return {**shown, "person": self._person(person_id)}

    def moves(self, before: Json, after: Json) -> tuple[Move, ...]:
        """The segments with a rule that is true of one of the two only."""
        found = []
        for segment in self.segments():
            rule = segment["rule"]
            both = (before, after)
            was, is_now = (bool(rule) and self.is_true_of(rule, each) for each in both)
            if was != is_now:
                found.append((segment["segment_id"], "ENTERED" if is_now else "LEFT"))
        return tuple(found)

    def achieved(self, happening: Happening, at: int) -> tuple[Json, Json]:
        """What came of it: the answer, and facts that nobody is told."""
        raise NotImplementedError


def id_of(request: Json) -> str:
    """The id under which something was taken in."""
    if request.get("event"):
        return str(request["event"]["event_id"])
    return (request.get("segment_change") or {}).get("change_id") or request.get("update_id") or ""


def _same_change(known: Json, change: Json) -> bool:
    first = known.get("segment_change") or {}
    return all(first.get(key) == change[key] for key in ("segment_id", "change"))


def _same_update(known: Json, request: Json) -> bool:
    if "update_id" not in known:
        return False
    return _update_content(known) == _update_content(request)


def _update_content(request: Json) -> object:
    attributes = deepcopy(request.get("attributes") or {})
    return rules.canonical(attributes), sorted(set(request.get("remove_names") or []))
