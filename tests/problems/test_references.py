import re
from dataclasses import replace
from pathlib import Path

import pytest

from problems import references
from problems.base import Baseline, Problem
from problems.references import entry, keys, of_baselines, of_data, shipped
from problems.registry import get
from tests.problems.bibtex import read

OURS = ["cloudcast", "eplb", "kernel_choice", "llm_sql", "prism", "spot", "spot_multi", "txn"]
WITHOUT_PAPER = {
    ("cloudcast", "direct"),
    ("kernel_choice", "fixed"),
    ("llm_sql", "original"),
    ("prism", "round_robin"),
    ("txn", "identity"),
}


def test_every_baseline_of_ours_that_names_a_paper_has_its_entry() -> None:
    papers = {(name, b.name): keys(b.paper) for name in OURS for b in get(name).baselines}
    assert {where for where, found in papers.items() if not found} == WITHOUT_PAPER
    assert {key for found in papers.values() for key in found} == set(shipped())


def test_the_papers_of_ours_are_valid_and_bear_the_key_of_their_author_and_year() -> None:
    found = list(read(Path(references.__file__).with_name("references.bib").read_text()))
    assert len({e.key for e in found}) == len(found) == len(shipped())
    for e in found:
        first = e.fields["author"].split(" and ")[0].strip("{}").split(",")[0]
        assert e.key == re.sub(r"\{\\c\{c\}\}", "c", first).lower() + e.fields["year"]
        assert {"doi", "url", "journal", "booktitle"} & e.fields.keys()


@pytest.mark.parametrize(
    ("paper", "found"),
    [
        ("Dreyfus & Wagner 1971, Networks 1; after Wooders 2024, NSDI.", ("dreyfus1971", "wooders2024")),
        ("DeepSeek-AI 2024, https://arxiv.org/abs/2412.19437 (EPLB)", ("deepseek-ai2024",)),
        ("Order of arrival, what a database without a scheduler does.", ()),
    ],
)
def test_a_papers_keys_are_its_authors_with_their_years(paper: str, found: tuple[str, ...]) -> None:
    assert keys(paper) == found


def with_baselines(problem: Problem, *papers: str) -> Problem:
    found = tuple(Baseline(f"b_{i}", "", paper, "none", 0.0) for i, paper in enumerate(papers))
    return replace(problem, baselines=found, seeds=(found[0].name,))


def test_what_others_say_of_a_paper_becomes_an_entry_once_and_plain_text_stays_so(toy: Path) -> None:
    paper = "Ng & Ko 2021, 50 % {faster}\n at_scale, https://example.org/a_b#c."
    problem = with_baselines(get("toy-order"), "none", paper, paper)
    found = list(of_baselines(problem))
    assert [reference.key for reference in found] == ["toy-order-b-1", "toy-order-b-1"]
    (e,) = read(f"{found[0].text}\n")
    assert (e.fields["year"], e.fields["url"]) == ("2021", "https://example.org/a_b#c")
    assert e.fields["title"].startswith(
        r"{Ng \& Ko 2021, 50 \% {\textbraceleft}faster{\textbraceright} at\_scale"
    )


def test_a_data_set_is_cited_by_where_it_is_public() -> None:
    (data_set,) = get("spot").data
    (e,) = read(f"{of_data(get('spot'), data_set).text}\n")
    assert e.key == "data-spot-single"
    assert e.fields["howpublished"].startswith("https://github.com/skypilot-org/spot-traces")


def test_every_character_that_bibtex_reads_is_escaped() -> None:
    (e,) = read(entry("misc", "k", {"title": "\\{}&%$#_~^"}) + "\n")
    assert re.sub(r"\\[a-z]+|\\[&%$#_]|[{}]", "", e.fields["title"]) == ""
