"""A process that compares some of the rules: `python -m dsl.fuzz.chunk SEED FIRST LAST SETS FILE`.

It writes the number of the rule it is at to the file, so that it is known which one it died of, and
the report as JSON to standard output. The C++ package can take the process down with it.
"""

import json
import os
import sys
from pathlib import Path

from dsl.fuzz.compare import Comparison
from dsl.fuzz.cpp import hold_none


def main(arguments: list[str]) -> None:
    seed, first, last, data_sets = map(int, arguments[:4])
    hold_none()
    comparison = Comparison(seed, data_sets)
    with Path(arguments[4]).open("w", buffering=1) as progress:
        for number in range(first, last):
            progress.write(f"{number}\n")
            comparison.rule(number)
    json.dump(comparison.report.to_json(), sys.stdout)
    sys.stdout.flush()
    # At an ordinary end Python would give back the references to None, and find too few.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
