"""Relative links lead to files, anchors to headings, and named make targets exist."""

import re
from pathlib import Path

import pytest
from docs.markdown import ROOT, anchors, blocks, documents, links, name_of

DOCUMENTS = documents()
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:")


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_links_lead_somewhere(document: Path) -> None:
    assert broken(document.read_text(), document) == []


def test_documents_are_found() -> None:
    names = {name_of(path) for path in DOCUMENTS}
    assert {
        "README.md",
        "docs/grpcurl.md",
        "docs/adr/README.md",
        "clients/python/README.md",
    } <= names


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    ahead = [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        seen.add(page)
        targets = (path_of(link, page) for link in links(page.read_text()) if is_relative(link))
        ahead += [path for path in targets if path.suffix == ".md" and path not in seen]
    pages = {path for path in DOCUMENTS if path.is_relative_to(ROOT / "docs")}
    assert pages - seen == set()


@pytest.mark.parametrize(
    "text",
    [
        "[a](docs/no-such-page.md)",
        "[a](README.md#no-such-heading)",
        "[a](#no-such-heading)",
        "[a](../outside.md)",
        "[a](/docs/grpcurl.md)",
        "a\n\n| [b](no-such-folder/) | c |",
    ],
)
def test_broken_links_are_found(text: str) -> None:
    assert broken(f"# A heading\n\n{text}\n", ROOT / "page.md")


def test_good_links_are_not_reported() -> None:
    text = (
        "# A `heading`, with: marks!\n\n## Again\n\n## Again\n\n"
        "[a](#a-heading-with-marks) [b](#again-1) "
        "[c](docs/grpcurl.md#look-around) [d](protos) [e](https://example.com)\n"
        "```text\n[f](no-such-page.md)\n```\n"
    )
    assert broken(text, ROOT / "page.md") == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_make_targets_exist(document: Path) -> None:
    text = document.read_text()
    code = "\n".join([*re.findall(r"`(make [^`\n]+)`", text), *(b.text for b in blocks(text))])
    named = set(re.findall(r"^make ([a-z-]+)", code, re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert named - targets == set()


def broken(text: str, document: Path) -> list[str]:
    """The links of the document that lead nowhere, or out of the project."""
    return [link for link in links(text) if is_relative(link) and not leads(link, text, document)]


def is_relative(link: str) -> bool:
    return not _ELSEWHERE.match(link)


def leads(link: str, text: str, document: Path) -> bool:
    path, anchor = path_of(link, document), link.partition("#")[2]
    if link.startswith("/") or not path.is_relative_to(ROOT):
        return False
    if path == document:
        return anchor in anchors(text)
    if not path.exists():
        return False
    return not anchor or (path.suffix == ".md" and anchor in anchors(path.read_text()))


def path_of(link: str, document: Path) -> Path:
    path = link.partition("#")[0]
    return (document.parent / path).resolve() if path else document
