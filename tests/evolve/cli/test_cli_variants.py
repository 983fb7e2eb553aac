"""`--workload generated~NAME`: variants of VALIDATION, by name."""

from evolve.cli.exits import Exit
from tests.evolve.cli.conftest import Adrs


def test_a_policy_is_measured_on_a_variant(adrs: Adrs) -> None:
    ended = adrs(
        "eval", "kernel_choice", "--baseline", "best", "--workload", "generated~decode-only", "--json"
    )
    assert ended.code == Exit.DONE
    assert ended.json["workload"] == "generated~decode-only"
    assert round(ended.json["score"], 4) == 0.9548


def test_a_misspelt_variant_is_answered_with_the_nearest_first(adrs: Adrs) -> None:
    ended = adrs("eval", "spot", "--baseline", "best", "--workload", "generated~slak-x2")
    assert ended.code == Exit.USAGE
    assert "no workload 'generated~slak-x2'; its variants are: generated~slack-x2, generated~" in ended.err


def test_a_misspelt_workload_is_told_of_variants(adrs: Adrs) -> None:
    ended = adrs("eval", "spot", "--baseline", "best", "--workload", "perturbed")
    assert ended.code == Exit.USAGE
    assert (
        "it has: generated, real, generated~NAME for each of its perturbations, and files *.csv" in ended.err
    )


def test_a_variant_is_of_validation_and_no_search_runs_on_it(adrs: Adrs) -> None:
    evaluated = adrs(
        "eval", "spot", "--baseline", "best", "--workload", "generated~seeds", "--split", "holdout"
    )
    searched = adrs(
        "run", "spot", "--proposer", "offline", "--workload", "generated~seeds", "--max-evals", "20"
    )
    assert (evaluated.code, searched.code) == (Exit.USAGE, Exit.USAGE)
    assert (
        "workload 'generated~seeds' of problem 'spot' has no split holdout; it has: validation"
        in evaluated.err
    )
    assert "has no split smoke, search; it has: validation" in searched.err


def test_what_cannot_be_drawn_again_says_so(adrs: Adrs) -> None:
    ended = adrs("eval", "kernel_choice", "--baseline", "best", "--workload", "generated~decode-only~2")
    assert ended.code == Exit.DATA
    assert "cannot be drawn again, since no other shapes were swept; leave ~2 away" in ended.err


def test_a_problem_shows_its_variants_with_a_sentence_each(adrs: Adrs) -> None:
    found = adrs("problems", "show", "spot", "--json").json["perturbations"]
    assert found["slack-x2"] == "Twice the slack: deadlines of 56 and 92 hours for 48 hours of work."
    assert "generated~slack-x2: Twice the slack" in adrs("problems", "show", "spot").out
