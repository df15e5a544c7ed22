"""Generate the Python stubs of the protos, or check that those checked in match.

Run by `make stubs`, and with `--check` by `make check` and by the tests.
"""

import argparse
import filecmp
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROTOS = ROOT / "protos"
PACKAGE = Path("attribution", "v1")
STUBS = ROOT / "clients" / "python"
TYPED = Path("attribution", "py.typed")


def generate(target: Path) -> None:
    """Write the stubs of all protos below `target`, in the folders of their package."""
    protos = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.rglob("*.proto"))
    # protoc finds its plug-ins by name beside the interpreter that runs this.
    plugin = Path(sys.executable).with_name("protoc-gen-mypy_grpc")
    command = [
        *(sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={PROTOS}"),
        f"--plugin=protoc-gen-mypy_grpc={plugin}",
        *(f"--{kind}_out={target}" for kind in ("python", "pyi", "grpc_python")),
        f"--mypy_grpc_out=quiet:{target}",
        *protos,
    ]
    subprocess.run(command, check=True)  # noqa: S603  the command is made of constants
    for without_service in target.rglob("*_pb2_grpc.py*"):
        if not without_service.name.split("_pb2_grpc")[0].endswith("_service"):
            without_service.unlink()
    (target / TYPED).touch()


def files(folder: Path) -> set[Path]:
    """The stub files below `folder`, relative to it."""
    found = (path.relative_to(folder) for path in (folder / PACKAGE.parts[0]).rglob("*"))
    return {path for path in found if path.suffix in {".py", ".pyi", ".typed"}}


def drift(fresh: Path) -> list[str]:
    """What differs between `fresh` stubs and those checked in, a line each."""
    new, old = files(fresh), files(STUBS)
    lines = [f"missing: {path}" for path in new - old]
    lines += [f"has no proto: {path}" for path in old - new]
    lines += [
        f"differs: {path}"
        for path in new & old
        if not filecmp.cmp(fresh / path, STUBS / path, shallow=False)
    ]
    return sorted(lines)


def main() -> int:
    """Generate or check; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail on a difference")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        generate(fresh)
        if arguments.check:
            lines = drift(fresh)
            for line in lines:
                sys.stderr.write(f"{line}\n")
            if lines:
                sys.stderr.write("The stubs do not match the protos: run `make stubs`.\n")
            return 1 if lines else 0
        shutil.rmtree(STUBS / PACKAGE.parts[0], ignore_errors=True)
        shutil.copytree(fresh / PACKAGE.parts[0], STUBS / PACKAGE.parts[0])
    return 0


if __name__ == "__main__":
    sys.exit(main())
