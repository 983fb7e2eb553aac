"""Where availability in nine zones is public; the series of prices that belongs to it is not known."""

from problems.origins import DataFile, DataSet

DATA = DataSet(
    name="spot_multi",
    about="availability and prices of spot machines in nine zones, every 195 seconds",
    home="https://github.com/UCB-ADRS/ADRS-Leaderboard, commit f856497d (windows, prices), and "
    "https://github.com/skypilot-org/spot-traces, availability/1-node/aws-02-15-2023",
    licence="none stated: for your own use, not to be handed on",
    files=(
        DataFile(
            "published_windows.jsonl.gz",
            102_686,
            "52f6249d7704c5a6d34d00cebeea6c4549bd0cdb20d040251f8d28b3a962d80c",
        ),
        DataFile(
            "search_windows.jsonl.gz",
            422_794,
            "d93138f04c1125268b2d33b5b3ea16d7b89b3569a1ac9f6f75496d6d6e80fd6a",
        ),
        DataFile(
            "validation_windows.jsonl.gz",
            144_159,
            "7fa238017c89e88c7bfa72c1dbf77e816570a1a409f14737ee716e4999a48331",
        ),
    ),
)
