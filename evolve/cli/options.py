"""The options of the verbs: name, placeholder, one line of help. One option means the same everywhere."""

from copy import copy
from pathlib import Path
from typing import Annotated, Any

import typer

DB = Path("results/adrs.db")
GPU = Path("results/gpu")
_MODES = "auto (full, else strong), full, strong, weak or none"

ProblemName = Annotated[
    str, typer.Argument(metavar="PROBLEM", help="Name, as in: adrs problems", show_default=False)
]
MaybeProblem = Annotated[
    str | None, typer.Argument(metavar="PROBLEM", help="Name, as in: adrs problems", show_default=False)
]
ProblemNames = Annotated[
    str,
    typer.Argument(
        metavar="PROBLEM", help="Name, as in: adrs problems; or all, with --baseline best", show_default=False
    ),
]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="Name, as in: adrs runs", show_default=False)]
RunNames = Annotated[
    list[str], typer.Argument(metavar="RUN RUN...", help="Names, as in: adrs runs", show_default=False)
]
RunsNamed = Annotated[
    list[str], typer.Argument(metavar="RUN...", help="Names, as in: adrs runs", show_default=False)
]
ToldSplit = Annotated[
    str | None, typer.Option("--split", metavar="S", help="validation or published.", show_default="both")
]
TableForm = Annotated[str, typer.Option("--form", metavar="FORM", help="markdown, latex or csv.")]
FigureKind = Annotated[str, typer.Option("--kind", metavar="KIND", help="progress, scores, gap or archive.")]
FigureSplit = Annotated[
    str | None,
    typer.Option("--split", metavar="S", help="Or search; published for scores.", show_default="validation"),
]
FigureOver = Annotated[
    str | None,
    typer.Option("--over", metavar="X", help="Or dollars, for progress.", show_default="evaluations"),
]
FigureOut = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="A .pdf, .svg or .png.", show_default="RUN-KIND.pdf"),
]
Wide = Annotated[bool, typer.Option("--wide", help="As wide as two columns.")]
BundleFile = Annotated[
    Path, typer.Argument(metavar="FILE.zip", help="As adrs bundle wrote it.", show_default=False)
]
BundleOut = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Write it there.", show_default="RUN.adrs.zip")
]
PolicyFile = Annotated[
    Path | None, typer.Argument(metavar="POLICY.py", help="The policy's file.", show_default=False)
]
CandidateName = Annotated[
    str | None,
    typer.Argument(metavar="CANDIDATE", help="Step, or the first digits of an id.", show_default=False),
]

OneCandidate = Annotated[
    str, typer.Argument(metavar="A", help="Step, or the first digits of an id.", show_default=False)
]
OtherCandidate = Annotated[
    str | None, typer.Argument(metavar="B", help="Another; else A's own parent.", show_default=False)
]
TagOff = Annotated[bool, typer.Option("--off", help="Take the tags off.")]
TagNames = Annotated[
    list[str], typer.Argument(metavar="TAG...", help="Letters, digits, - _ and dots.", show_default=False)
]
NoteText = Annotated[
    str, typer.Argument(metavar="TEXT", help="What is to be remembered.", show_default=False)
]
OnCandidate = Annotated[
    str | None,
    typer.Option("--candidate", metavar="C", help="On this candidate.", show_default="on the run"),
]
Author = Annotated[
    str | None, typer.Option("--author", metavar="NAME", help="Whose it is.", show_default="your login")
]
RescoreAll = Annotated[bool, typer.Option("--all", help="Every candidate, not only those that count.")]
DeleteYes = Annotated[bool, typer.Option("--yes", help="Agree to lose it.")]
ArchiveUndo = Annotated[bool, typer.Option("--undo", help="Bring them back.")]
AllRuns = Annotated[bool, typer.Option("--all", help="Those put away, too.")]
SortKey = Annotated[str, typer.Option("--sort", metavar="KEY", help="step, search, validation or usd.")]
Filters = Annotated[
    list[str] | None,
    typer.Option("--filter", metavar="COND", help="As in 'search>0.5', operator=crossover; may be repeated."),
]
Top = Annotated[
    int | None, typer.Option("--top", metavar="N", help="At most so many.", show_default="all of them")
]

Db = Annotated[Path, typer.Option("--db", envvar="ADRS_DB", metavar="FILE", help="Store of runs.")]
NoDb = Annotated[
    Path, typer.Option("--db", envvar="ADRS_DB", metavar="FILE", help="Taken everywhere; problems need none.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")]
Workload = Annotated[
    str,
    typer.Option(
        "--workload", metavar="W", help="generated, generated~VARIANT, real if there is data, FILE.csv."
    ),
]
DescribedFile = Annotated[
    Path | None,
    typer.Option("--describe", metavar="FILE", help="Check this file, and tell what is in it."),
]
Sample = Annotated[bool, typer.Option("--sample", help="Print a small file that is valid.")]
Schema = Annotated[bool, typer.Option("--schema", help="Show the columns; so it does without any option.")]
Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, metavar="N", help="Worker processes.", show_default="one a core"),
]
Sandbox = Annotated[str, typer.Option("--sandbox", metavar="MODE", help=f"{_MODES}.")]
NewSandbox = Annotated[
    str | None, typer.Option("--sandbox", metavar="MODE", help="Another mode than before, with --fork.")
]

BaselineName = Annotated[
    str | None,
    typer.Option("--baseline", metavar="NAME", help="Measure this baseline, or the best, instead of a file."),
]
SplitName = Annotated[
    str, typer.Option("--split", metavar="S", help="smoke, search, validation, holdout or published.")
]
TimedPolicy = Annotated[
    str, typer.Argument(metavar="POLICY.py", help="The policy's file, or a baseline.", show_default=False)
]
Against = Annotated[
    str, typer.Option("--against", metavar="NAME", help="A baseline, the best one, or another policy's file.")
]
TimedSplit = Annotated[str, typer.Option("--split", metavar="S", help="smoke, search or validation.")]
Pairs = Annotated[
    int, typer.Option("--pairs", metavar="N", help="Pairs of measurements: 36 tell 1 to 3 percent.")
]
PairSeed = Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Draws which comes first.")]
Form = Annotated[
    str,
    typer.Option("--form", metavar="FORM", help="interface, or published: written for the published form."),
]

Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Configuration.", show_default="adrs.toml, if it is there"),
]
Proposer = Annotated[
    str, typer.Option("--proposer", metavar="P", help="offline, llm, or inbox (you, by adrs ask and tell).")
]
Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model", metavar="NAME[:ROLE]", help="Ask this model; role edit or jump; may be repeated."
    ),
]
ApiBase = Annotated[
    str | None,
    typer.Option(
        "--api-base", metavar="URL", help="OpenAI-compatible endpoint.", show_default="the provider's"
    ),
]
Calls = Annotated[
    int | None,
    typer.Option(
        "--calls", min=1, metavar="N", help="Model calls in flight.", show_default="window - workers"
    ),
]
Window = Annotated[
    int, typer.Option("--window", min=1, metavar="W", help="Steps in flight: a wider one knows less, later.")
]
MaxUsd = Annotated[
    float | None,
    typer.Option("--max-usd", metavar="D", help="Dollars for models at most.", show_default="no limit"),
]
MaxTokens = Annotated[
    int | None,
    typer.Option("--max-tokens", metavar="N", help="Tokens of models at most.", show_default="no limit"),
]
CallDeadline = Annotated[
    float, typer.Option("--call-deadline", metavar="S", help="Wall seconds for all tries of a model call.")
]
MostChangedLines = Annotated[
    int | None,
    typer.Option(
        "--most-changed-lines",
        min=1,
        metavar="N",
        help="Reject edits of a model beyond it.",
        show_default="no limit",
    ),
]
Preview = Annotated[bool, typer.Option("--preview", help="Say what the budget buys, and send nothing.")]
Replay = Annotated[
    str | None, typer.Option("--replay", metavar="RUN", help="Repeat a run from its log, without models.")
]
From = Annotated[
    str | None, typer.Option("--from", metavar="RUN", help="Start from the archive of another run, too.")
]
OperatorName = Annotated[
    str | None, typer.Option("--operator", metavar="NAME", help="As if only this one had a share.")
]
Wait = Annotated[bool, typer.Option("--wait", help="Wait until a step asks, or the run ends.")]
Step = Annotated[int, typer.Argument(metavar="STEP", help="Number, as told by adrs ask.", show_default=False)]
ReplyFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="The reply; - reads it from the input.", show_default=False)
]
Cited = Annotated[
    list[str],
    typer.Argument(metavar="RUN|PROBLEM...", help="Names of runs or problems.", show_default=False),
]
RunOrProblem = Annotated[
    str, typer.Argument(metavar="RUN|PROBLEM", help="Name of a run or a problem.", show_default=False)
]

MaxEvals = Annotated[
    int, typer.Option("--max-evals", min=1, metavar="N", help="Candidates measured at most, seeds included.")
]
MaxMinutes = Annotated[
    float | None,
    typer.Option("--max-minutes", metavar="M", help="Wall minutes at most.", show_default="no limit"),
]
Seed = Annotated[
    int, typer.Option("--seed", min=0, metavar="N", help="Same seed, same run, at any number of workers.")
]
SeedPolicies = Annotated[
    list[Path] | None,
    typer.Option("--seed-policy", metavar="FILE", help="Start from this policy, too; may be repeated."),
]
NewName = Annotated[
    str | None,
    typer.Option("--name", metavar="NAME", help="The run's name.", show_default="problem and time"),
]
ForkName = Annotated[
    str | None, typer.Option("--name", metavar="NAME", help="The new run's name, with --fork.")
]
Fork = Annotated[bool, typer.Option("--fork", help="Go on as a new run, whatever has changed since.")]


def _kept(option: Any) -> Any:  # noqa: ANN401 - typer's own type is private
    """The same option for a run that goes on, which keeps its value if nothing else is said."""
    kept = copy(option.__metadata__[0])
    kept.show_default = "as before"
    return kept


KeptMaxEvals = Annotated[
    int | None,
    typer.Option(
        "--max-evals",
        min=1,
        metavar="N",
        help="Candidates at most, those before included.",
        show_default="as before",
    ),
]
KeptMaxMinutes = Annotated[float | None, _kept(MaxMinutes)]
KeptMaxUsd = Annotated[float | None, _kept(MaxUsd)]
KeptMaxTokens = Annotated[int | None, _kept(MaxTokens)]
KeptWorkers = Annotated[int | None, _kept(Workers)]
KeptCalls = Annotated[int | None, _kept(Calls)]
KeptCallDeadline = Annotated[float | None, _kept(CallDeadline)]
KeptApiBase = Annotated[str | None, _kept(ApiBase)]

Evals = Annotated[int, typer.Option("--evals", metavar="N", help="Evaluations on search to spend.")]
Sampler = Annotated[
    str, typer.Option("--sampler", metavar="S", help="tpe, or cmaes for many constants that act together.")
]
TunedOut = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Write the tuned policy there.", show_default="nowhere"),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Write it there.", show_default="print it")
]
DashboardHost = Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Where to listen.")]
DashboardPort = Annotated[int, typer.Option("--port", min=1, max=65535, metavar="N", help="Likewise.")]
Public = Annotated[bool, typer.Option("--public", help="Let others in, who bring a token.")]
ReportOut = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Write it there.", show_default="RUN-report.html"),
]
ProblemOrRun = Annotated[
    str, typer.Argument(metavar="PROBLEM|RUN", help="Name of a problem or a run.", show_default=False)
]
TracedPolicy = Annotated[
    str | None,
    typer.Argument(
        metavar="POLICY", help="FILE.py, a baseline, or RUN's candidate.", show_default="RUN's champion"
    ),
]
TracedBaseline = Annotated[
    str | None, typer.Option("--baseline", metavar="NAME", help="Trace this baseline, or the best.")
]
InstanceName = Annotated[
    str | None, typer.Option("--instance", metavar="I", help="On this instance.", show_default=False)
]
TracedAgainst = Annotated[
    str | None,
    typer.Option("--against", metavar="POLICY", help="Another one: FILE.py, a baseline, RUN:CANDIDATE."),
]
SubjectsWorkload = Annotated[
    str | None,
    typer.Option("--workload", metavar="W", help="Of the instance.", show_default="generated, or RUN's"),
]
PictureOut = Annotated[
    Path | None, typer.Option("--picture", metavar="FILE", help="Draw it: *.pdf, *.svg or *.png.")
]
RowsOut = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="All rows: *.csv or *.parquet.", show_default="print some"),
]
ProblemsName = Annotated[
    str, typer.Argument(metavar="NAME", help="Its name, and its Python package's.", show_default=False)
]
ProblemKind = Annotated[
    str | None,
    typer.Option("--kind", metavar="KIND", help="one-shot or step-wise; must be given.", show_default=False),
]
PackageOut = Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Write FOLDER/NAME.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite the file.")]
GpuOut = Annotated[
    Path, typer.Option("--out", metavar="FOLDER", help="Write profiles/GPU.json and sweeps/GPU.json there.")
]
