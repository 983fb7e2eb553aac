import subprocess
import sys

import pytest

from tests.evolve.cli.conftest import Adrs

HEAVY = ["litellm", "openai", "pandas", "streamlit", "optuna", "torch", "ray", "sqlalchemy", "numpy"]
CANDIDATE_VERBS = ["candidates", "diff", "compare", "table", "figure", "cite", "bundle", "replay"]
EVIDENCE_VERBS = ["verify", "ablate", "trace", "audit", "report"]
SEARCH_VERBS = ["run", "resume", "ask", "tell", "prompt"]
VERBS = [
    "problems",
    "eval",
    "time",
    "tune",
    *SEARCH_VERBS,
    "runs",
    "show",
    *CANDIDATE_VERBS,
    "best",
    "tag",
    "note",
    "archive",
    "rescore",
    "delete",
    "dashboard",
    "workload",
    "new-problem",
    "lint",
    *EVIDENCE_VERBS,
    "doctor",
    "config",
    "data",
    "gpu",
]


def test_help_lists_the_verbs_in_the_order_of_their_use(adrs: Adrs) -> None:
    ended = adrs("--help")
    lines = ended.out.partition("Commands:\n")[2].splitlines()
    assert ended.code == 0
    assert [line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "] == VERBS


@pytest.mark.parametrize("call", ["import evolve", "import evolve.cli; evolve.cli.main()"])
def test_help_and_import_load_nothing_heavy(call: str) -> None:
    code = f"import sys; sys.argv = ['adrs', '--help']; {call}; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = ended.stdout.splitlines()[-1].split()
    assert "evolve" in loaded
    assert not set(loaded) & set(HEAVY)


@pytest.mark.parametrize(
    ("verb", "options"),
    [
        (
            "eval",
            ["--baseline", "--split", "--workload", "--form", "--workers", "--sandbox", "--json", "--db"],
        ),
        ("time", ["--against", "--split", "--workload", "--pairs", "--seed", "--sandbox", "--json"]),
        ("tune", ["--baseline", "--evals", "--sampler", "--seed", "--out", "--force", "--json"]),
        (
            "run",
            ["--max-evals", "--max-minutes", "--workers", "--seed", "--seed-policy", "--name", "--sandbox"],
        ),
        ("resume", ["--max-evals", "--max-minutes", "--workers", "--fork", "--name", "--sandbox", "--db"]),
        ("runs", ["--json", "--db"]),
        ("rescore", ["--all", "--workers", "--json", "--db"]),
        ("delete", ["--yes", "--db"]),
        ("show", ["--json", "--db"]),
        ("candidates", ["--sort", "--filter", "--top", "--json", "--db"]),
        ("diff", ["--json", "--db"]),
        ("compare", ["--json", "--db"]),
        ("bundle", ["--out", "--force", "--db"]),
        ("replay", ["--workers"]),
        ("table", ["--split", "--form", "--out", "--force", "--db"]),
        ("figure", ["--kind", "--split", "--over", "--out", "--wide", "--force", "--json", "--db"]),
        ("cite", ["--out", "--force", "--db"]),
        ("best", ["--out", "--force", "--db"]),
        ("dashboard", ["--host", "--port", "--public", "--db"]),
        ("workload", ["--describe", "--sample", "--schema", "--json"]),
        ("new-problem", ["--kind", "--out"]),
        ("ablate", ["--against", "--most", "--workers", "--json", "--db"]),
        ("verify", ["--against", "--evals", "--seed", "--workers", "--sandbox", "--json", "--db"]),
        ("trace", ["--baseline", "--instance", "--against", "--split", "--workload", "--out", "--picture"]),
        ("audit", ["--policy", "--json"]),
        ("report", ["--out", "--force", "--db"]),
        ("lint", ["--json"]),
        ("doctor", ["--sandbox", "--json", "--db"]),
        ("problems", ["--json"]),
    ],
)
def test_each_verb_explains_its_options(adrs: Adrs, verb: str, options: list[str]) -> None:
    ended = adrs(verb, "--help")
    assert ended.code == 0
    assert [option for option in options if option not in ended.out] == []


@pytest.mark.parametrize(
    "words", [["frob"], ["eval"], ["run", "toy-order", "--frob"], ["run", "x", "--seed", "a"]]
)
def test_wrong_usage_is_said_without_a_traceback(adrs: Adrs, words: list[str]) -> None:
    ended = adrs(*words)
    assert ended.code == 2
    assert "Error: " in ended.err
    assert "Traceback" not in ended.err


def test_version_is_that_of_the_package(adrs: Adrs) -> None:
    from importlib.metadata import version

    assert adrs("--version").out == f"adrs {version('adrs')}\n"
