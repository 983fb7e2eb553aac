"""Where the table of beer reviews is public; it is kept as it is there."""

from collections.abc import Mapping

from problems.origins import DataFile, DataSet, PublicFile

_TABLE = "beer.csv"
_EXAMPLE = "https://raw.githubusercontent.com/UCB-ADRS/ADRS/main/openevolve/examples/ADRS/llm_sql/datasets"


def table(public: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Keeps the table as it is.

    Raises:
        LookupError: There is none.
    """
    return {"beer.csv.gz": public[_TABLE]}


DATA = DataSet(
    name="llm_sql",
    about="28,479 reviews of beers, a table of nine columns",
    home="https://github.com/UCB-ADRS/ADRS, openevolve/examples/ADRS/llm_sql/datasets (also "
    "FrontierCS/Frontier-CS, commit 4d508c19)",
    licence="unclear: for your own use, not to be handed on",
    files=(
        DataFile(
            "beer.csv.gz", 2_527_772, "4682ba58e198962b26725c3d7a67f7ac53118c183c771d3ad3d8db21c80581c3"
        ),
    ),
    public=(PublicFile(_TABLE, (f"{_EXAMPLE}/{_TABLE}",)),),
    recipe=table,
    download_size=2_527_772,
)
