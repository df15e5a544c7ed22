"""Fuzzes the rule language for a while, led by what is covered, and tells what was found.

The corpus stays in build/fuzz-rules/corpus and is where the next run starts; findings are written
to build/fuzz-rules/findings. Ends with 1 if there is one.
"""

import argparse
import importlib.util
import json
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from benchmarks.corpus import dictionary, seeds

FOLDER: Final = Path("build/fuzz-rules")
_LONGEST: Final = 1_500
_GRACE_SECONDS: Final = 60
_ONE_SECONDS: Final = 20


def prepare(folder: Path) -> None:
    """Write what libFuzzer starts from."""
    for name in ("corpus", "seeds", "findings"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for old in (folder / "findings").iterdir():
        old.unlink()
    for number, seed in enumerate(seeds()):
        written = seed.encode("utf-8", "surrogatepass")
        (folder / "seeds" / f"{number:05}").write_bytes(written)
    (folder / "words.dict").write_text(dictionary())


def command(folder: Path, seconds: int) -> list[str]:
    """Give the command that fuzzes."""
    return [
        sys.executable,
        "-m",
        "benchmarks.fuzz_target",
        str(folder / "findings"),
        str(folder / "corpus"),
        str(folder / "seeds"),
        f"-max_total_time={seconds}",
        f"-max_len={_LONGEST}",
        f"-timeout={_ONE_SECONDS}",
        "-rss_limit_mb=3000",
        f"-dict={folder / 'words.dict'}",
        f"-artifact_prefix={folder / 'findings'}/",
        "-print_final_stats=1",
    ]


def findings(folder: Path) -> list[dict[str, Any]]:
    """Read what was found, what ended the process included."""
    found = []
    for path in sorted((folder / "findings").iterdir()):
        if path.suffix == ".json":
            found.append(json.loads(path.read_text()))
        else:
            kind = f"ended the process: {path.name.partition('-')[0]}"
            found.append({"kind": kind, "told": "", "source": path.read_bytes().decode("latin-1")})
    return found


def statistics(log: str) -> str:
    """Give the runs and the coverage that libFuzzer tells of last."""
    runs = re.findall(r"stat::number_of_executed_units:\s*(\d+)", log)
    covered = re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)", log)
    said = f"{int(runs[-1]):,} texts" if runs else "unknown number of texts"
    if covered:
        edges, features, kept = covered[-1]
        said += f", {edges} edges and {features} features covered, {kept} texts kept"
    return said


def show(console: Console, found: Sequence[dict[str, Any]]) -> None:
    """Print the findings."""
    for each in found:
        console.print(f"[red]FINDING[/] {escape(each['kind'])}", highlight=False)
        console.print(f"  {escape(each['told'])}", highlight=False, soft_wrap=True)
        source = escape(repr(each["source"])[:1_000])
        console.print(f"  {source}", highlight=False, soft_wrap=True)


def main() -> None:
    """Fuzz, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    seconds = parser.parse_args().seconds
    console = Console()
    if importlib.util.find_spec("atheris") is None:
        console.print("atheris is not installed: it is there for Linux and Python up to 3.13")
        sys.exit(2)
    prepare(FOLDER)
    log = FOLDER / "log.txt"
    with log.open("w") as output, Progress(console=console, transient=True) as progress:
        task = progress.add_task("fuzzing", total=seconds)
        started = time.monotonic()
        process = subprocess.Popen(  # noqa: S603 - this Python, with a module of this package
            command(FOLDER, seconds), stdout=output, stderr=output
        )
        while process.poll() is None:
            elapsed = time.monotonic() - started
            progress.update(task, completed=elapsed)
            if elapsed > seconds + _GRACE_SECONDS:
                process.kill()
            time.sleep(0.2)
    found = findings(FOLDER)
    show(console, found)
    console.print(f"{statistics(log.read_text(errors='replace'))}, {len(found)} findings")
    if process.returncode and not found:
        console.print(f"the process ended with {process.returncode}: see {log}")
    sys.exit(1 if found or process.returncode else 0)


if __name__ == "__main__":
    main()
