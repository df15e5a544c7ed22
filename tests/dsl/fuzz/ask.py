"""A process that asks the C++ engine: JSON lists of rules and data in, what it gives out."""

import json
import os
import sys

from dsl.fuzz.cpp import Engine, NotComparableError, hold_none
from dsl.fuzz.data import ROOTS


def main() -> None:
    hold_none()
    engine = Engine(tuple(ROOTS))
    answers = [_answer(engine, source, event) for source, event in json.load(sys.stdin)]
    json.dump(answers, sys.stdout)
    sys.stdout.flush()
    # As in `chunk`: an ordinary end would crash.
    os._exit(0)


def _answer(engine: Engine, source: str, event: dict[str, object]) -> str:
    rule = engine.load(source)
    if rule is None:
        return "refused"
    try:
        return engine.evaluate(rule, engine.data({"event": event}))
    except NotComparableError:
        return "not comparable"


if __name__ == "__main__":
    main()
