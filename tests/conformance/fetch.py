"""Fetching the official tests: `python -m conformance.fetch tools/conformance FILE`."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

_FILES: Final = ("package.json", "package-lock.json", "export.mjs")
_MOST_SHOWN: Final = 15


class FetchError(RuntimeError):
    """The tests could not be fetched; the message says what to do."""


def fetch(source: Path, target: Path) -> None:
    """Install the pinned package next to the target, and export its tests to it.

    Args:
        source: The folder with the pins and the export script.
        target: The JSON file to write.

    Raises:
        FetchError: Node.js or npm is missing, or one of them fails.
    """
    for name in ("node", "npm"):
        if shutil.which(name) is None:
            raise FetchError(f"`{name}` was not found: the conformance tests need Node.js and npm")
    folder = target.parent
    folder.mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        shutil.copyfile(source / name, folder / name)
    advice = "the package registry could not be used; is there a network?"
    _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder, advice)
    # Written aside and moved: a run that was broken off must not look like a finished one.
    partial = target.with_suffix(".partial")
    _run(["node", "export.mjs", partial.name], folder, "the tests could not be exported")
    partial.replace(target)


def _run(command: list[str], folder: Path, advice: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        said = "\n".join((done.stderr or done.stdout).strip().splitlines()[-_MOST_SHOWN:])
        raise FetchError(f"`{' '.join(command[:2])}` failed: {advice}\n{said}")


def main(arguments: list[str]) -> int:
    """Fetch, and tell on stderr what went wrong."""
    source, target = map(Path, arguments)
    try:
        fetch(source, target)
    except FetchError as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
