"""The parts of the fuzzer that need no fuzzing."""

import json
from pathlib import Path

import pytest

from benchmarks import invariants
from benchmarks.corpus import Mutator, dictionary, seeds, words
from benchmarks.fuzz import findings, statistics
from benchmarks.fuzz_target import text_of
from benchmarks.invariants import fault_of, minimised


@pytest.mark.parametrize(
    "source", ["event.total > 9.99", "event.int + 1", "event.nan", "(", "\ud800", "", "evnt = 1"]
)
def test_what_holds(source: str) -> None:
    assert fault_of(source) is None


def test_an_exception_at_load_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("planted")

    monkeypatch.setattr(invariants, "compile_rule", broken)
    fault = fault_of("true")
    assert fault is not None
    assert fault.kind.startswith("load: KeyError at ")
    assert "planted" in fault.told


def test_a_text_is_minimised() -> None:
    assert minimised("some (text) with brackets", lambda text: "(" in text) == "("
    assert minimised("a" * 100 + "b" + "c" * 50 + "d", lambda text: {"b", "d"} <= {*text}) == "bd"


def test_minimising_ends() -> None:
    assert minimised("abc", lambda _: True) == ""
    assert minimised("abc", lambda text: text == "abc") == "abc"


def test_seeds_hold_the_documentation() -> None:
    assert any("event.coupon" in seed for seed in seeds())
    assert {"&&", "event", "startsWith"} <= set(words())


def test_the_dictionary_is_plain() -> None:
    lines = dictionary().splitlines()
    assert len(lines) == len(words())
    assert r'"\x26\x26"' in lines


def test_mutations_can_be_repeated() -> None:
    mutator = Mutator()
    texts = [mutator.mutate("event.total > 9.99 && true", seed) for seed in range(50)]
    assert texts == [mutator.mutate("event.total > 9.99 && true", seed) for seed in range(50)]
    assert len(set(texts)) > 25
    assert mutator.mutate("", 1)


def test_any_bytes_are_a_text() -> None:
    assert text_of("\ud800å".encode("utf-8", "surrogatepass")) == "\ud800å"
    assert text_of(b"\xff") == "ÿ"


def test_findings_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "findings"
    folder.mkdir()
    (folder / "a.json").write_text(json.dumps({"kind": "slow", "told": "", "source": "x"}))
    (folder / "timeout-0123").write_bytes(b"abc")
    assert [(each["kind"], each["source"]) for each in findings(tmp_path)] == [
        ("slow", "x"),
        ("ended the process: timeout", "abc"),
    ]


def test_statistics() -> None:
    log = "#12 NEW cov: 10 ft: 20 corp: 3/4b\nstat::number_of_executed_units: 1200\n"
    assert statistics(log) == "1,200 texts, 10 edges and 20 features covered, 3 texts kept"
    assert statistics("") == "unknown number of texts"
