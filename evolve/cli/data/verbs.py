"""The verbs of `adrs data`; each imports its module when it is called."""

from typing import Annotated

import typer

from evolve.cli import options
from evolve.cli.verbs import Verb, VerbGroup

app = typer.Typer(
    cls=VerbGroup,
    help="Lists, checks and fetches measured data.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="NAME...", help="Data sets, as in: adrs data list", show_default="all here"),
]
Name = Annotated[
    str, typer.Argument(metavar="NAME", help="Data set, as in: adrs data list", show_default=False)
]
Mirror = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="URL", help="Look for the public files below it.", show_default="its home"
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Agree to the download and its licence.")]


@app.command("list", cls=Verb)
def list_(
    as_json: options.Json = False, _db: options.NoDb = options.DB, _config: options.Config = None
) -> None:
    """Lists data sets: what needs them, licence, home, recipe."""
    from evolve.cli.data.sets import list_data

    raise typer.Exit(list_data(as_json=as_json))


@app.command("check", cls=Verb)
def check(
    names: Names = None,
    *,
    as_json: options.Json = False,
    _db: options.NoDb = options.DB,
    _config: options.Config = None,
) -> None:
    """Checks every file; exit 4 if one is damaged or missing."""
    from evolve.cli.data.sets import check_data

    raise typer.Exit(check_data(names or (), as_json=as_json))


@app.command("fetch", cls=Verb)
def fetch(
    name: Name,
    *,
    mirror: Mirror = None,
    yes: Yes = False,
    _db: options.NoDb = options.DB,
    _config: options.Config = None,
) -> None:
    """Fetches a data set from its home; goes on after a break."""
    from evolve.cli.data.fetch import fetch_data

    raise typer.Exit(fetch_data(name, mirror=mirror, agreed=yes))
