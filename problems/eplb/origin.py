"""Where a measured history of expert loads is public; its checksum is on no record of ours."""

from problems.origins import DataFile, DataSet

DATA = DataSet(
    name="eplb",
    about="tokens by layer and expert of a served model, step by step",
    home="https://huggingface.co/datasets/abmfy/eplb-openevolve (named by UCB-ADRS/ADRS-Leaderboard, commit "
    "f856497d, eplb)",
    licence="none stated: for your own use, not to be handed on",
    files=(DataFile("expert-load.json", 223_000_000, None),),
)
