"""`python -m dsl.fuzz --evaluations 1000000 --seed 7`: compare our language with the C++ engine."""

import argparse
import sys
import time

from dsl.fuzz.report import Report
from dsl.fuzz.run import Plan, run


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dsl.fuzz", description=__doc__)
    parser.add_argument("--evaluations", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> int:
    options = _options()
    plan = Plan(evaluations=options.evaluations, seed=options.seed)
    started = time.monotonic()

    def progress(report: Report) -> None:
        done = report.counts["rules"]
        bar = "#" * (30 * done // plan.rules)
        seconds = time.monotonic() - started
        sys.stderr.write(
            f"\r[{bar:<30}] {report.evaluations:,} evaluations in {seconds:.0f} s, "
            f"{report.counts['disagreements']:,} disagreements "
        )
        sys.stderr.flush()

    report = run(plan, progress)
    sys.stderr.write("\n")
    sys.stdout.write(f"seed {plan.seed}: {report.summary()}\n")
    return 1 if report.counts["disagreements"] else 0


if __name__ == "__main__":
    sys.exit(main())
