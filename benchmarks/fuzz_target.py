"""The process that is fuzzed: started by `fuzz`, with the options of libFuzzer.

Findings are written as they come, made small, and fuzzing goes on, for one seldom comes alone.
"""

import hashlib
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any


def main() -> None:
    """Fuzz until libFuzzer ends the process."""
    folder = Path(sys.argv.pop(1))
    atheris: Any = import_module("atheris")
    with atheris.instrument_imports(include=["attribution_dsl"]):
        import_module("attribution_dsl")
        invariants: Any = import_module("benchmarks.invariants")
    corpus: Any = import_module("benchmarks.corpus")
    mutator = corpus.Mutator()
    seen: set[str] = set()

    def found(source: str, fault: Any) -> None:
        seen.add(fault.kind)

        def same(text: str) -> bool:
            other = invariants.fault_of(text)
            return other is not None and other.kind == fault.kind

        small = source if fault.kind.startswith("slow") else invariants.minimised(source, same)
        name = hashlib.sha256(fault.kind.encode()).hexdigest()[:12]
        told = {"kind": fault.kind, "told": fault.told, "source": small, "first": source}
        (folder / f"{name}.json").write_text(json.dumps(told, indent=2) + "\n")

    def one(data: bytes) -> None:
        source = text_of(data)
        fault = invariants.fault_of(source)
        if fault is not None and fault.kind not in seen:
            found(source, fault)

    def changed(data: bytes, most: int, seed: int) -> bytes:
        if seed % 3 == 0:
            return bytes(atheris.Mutate(data, most))
        return bytes(mutator.mutate(text_of(data), seed).encode("utf-8", "surrogatepass")[:most])

    invariants.datasets()
    atheris.Setup(sys.argv, one, custom_mutator=changed)
    atheris.Fuzz()


def text_of(data: bytes) -> str:
    """Read bytes as a text; halves of surrogate pairs are a part of what is tried."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("latin-1")


if __name__ == "__main__":
    main()
