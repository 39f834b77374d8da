"""``refgen list``: tables of claims and theories, and the links in them."""

import re
from collections import Counter
from pathlib import Path

import pytest

from refgen.claims import all_claims
from refgen.cli import _markdown, _pages

ROOT = Path(__file__).parents[2]
CLAIMS = all_claims()


def cells(line):
    """The cells of a row of a Markdown table, without escapes."""
    inner = re.split(r"(?<!\\)\|", line)[1:-1]
    return [re.sub(r"\\(.)", r"\1", cell.strip()) for cell in inner]


def anchors(page):
    """GitHub's anchors of all headings of a page, as its documentation says."""
    text = (ROOT / page).read_text()
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings]


def test_every_claim_has_one_row(run):
    rows = [line for line in run("list").output.splitlines() if "│" in line]
    ids = [row.split("│")[1].strip() for row in rows]
    assert [id for id in ids if id] == [claim.id for claim in CLAIMS]


def test_theories_are_listed_with_the_number_of_their_claims(run):
    output = run("list", "--theories").output
    for theory, count in Counter(claim.theory for claim in CLAIMS).items():
        assert re.search(rf"{theory} +│ {count} ", output)


def test_the_page_of_claims_says_all_of_every_claim(run):
    page = run("list", "--markdown").output
    rows = [cells(line) for line in page.splitlines() if line.startswith("| [")]
    found = {re.match(r"\[(.+?)\]", row[0])[1]: row[1:] for row in rows}
    assert found == {
        claim.id: [
            claim.title,
            claim.kind,
            claim.source,
            "<br>".join(twin.text for twin in claim.twins),
        ]
        for claim in CLAIMS
    }
    assert len(rows) == len(CLAIMS)


def test_links_lead_to_headings(run):
    page = run("list", "--markdown").output
    links = re.findall(r"^\| \[(.+?)\]\((.+?)#(.+?)\)", page, re.MULTILINE)
    assert len(links) == len(CLAIMS)
    for id, target, anchor in links:
        assert anchors(target).count(anchor) == 1, id
        assert re.match(rf"{id.lower()}-", anchor)


def test_rows_of_theories_link_to_their_page_and_their_claims(run):
    table = run("list", "--markdown", "--theories").output
    rows = [cells(line) for line in table.splitlines() if line.startswith("| [")]
    assert len(rows) == len({claim.theory for claim in CLAIMS})
    for page, question, count in rows:
        assert (ROOT / re.search(r"\]\((.+)\)", page)[1]).is_file()
        assert question[-1] in ".?!"
        target, anchor = re.search(r"\]\((.+)#(.+)\)", count).groups()
        assert anchor in anchors(target)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("|gap| ≤ 1", r"\|gap\| ≤ 1"),
        ("θ*ᵀΣθ* < a_b", r"θ\*ᵀΣθ\* \< a\_b"),
        ("E[x](y) `c` $d$ ~e~", r"E\[x\](y) \`c\` \$d\$ \~e\~"),
    ],
)
def test_statements_hold_no_markup(monkeypatch, text, escaped):
    (claim,) = (c for c in CLAIMS if c.id == "GDE-5")
    monkeypatch.setattr(type(claim), "title", text)
    monkeypatch.setattr(_markdown, "all_claims", lambda: [claim])
    assert f" | {escaped} | " in _markdown.claims_page()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "no page"),
        ("No title.", "must open with a title and a sentence"),
        ("# A theory\n\nWhat is it? It is.\n", "no heading '### GDE-1 — …'"),
    ],
)
def test_a_page_that_lacks_something_exits_two(
    run, monkeypatch, tmp_path, text, message
):
    (tmp_path / "theory").mkdir()
    if text is not None:
        (tmp_path / "theory" / "disagreement.md").write_text(text)
    monkeypatch.setattr(_pages.refgen, "__file__", str(tmp_path / "refgen" / "x.py"))
    monkeypatch.setattr(_pages, "_page", _pages._page.__wrapped__)
    result = run("list", "--markdown")
    assert result.exit_code == 2
    assert message in result.output
