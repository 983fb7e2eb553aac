"""What gains cost, and who was asked: small frames of steps."""

import pandas as pd
import pytest

from dashboard.reading.spending import (
    NO_MODEL,
    REST,
    amount_told,
    balance,
    bill,
    gains,
    kinds_of,
    shares,
    totals,
)


def steps(*rows: tuple[str, str | None, float | None, float, float]) -> pd.DataFrame:
    """Steps in order: operator, model, best so far after it, dollars, CPU seconds."""
    frame = pd.DataFrame(rows, columns=["operator", "model", "best", "usd", "cpu_s"])
    return frame.assign(
        tokens=(frame["usd"] * 1000).astype(int), outcome="evaluated", evaluated=frame.index + 1
    )


SEARCH = steps(
    ("seed", None, 0.50, 0.0, 1.0),
    ("seed", None, 0.52, 0.0, 1.0),
    ("edit", "small", 0.52, 1.0, 1.0),
    ("edit", "small", 0.55, 1.0, 1.0),
    ("jump", "large", 0.56, 2.0, 1.0),
    ("tune", None, 0.56, 0.0, 5.0),
)


def test_what_a_run_starts_from_is_no_gain() -> None:
    assert gains(SEARCH, "best").tolist() == pytest.approx([0.0, 0.0, 0.0, 0.03, 0.01, 0.0])


def test_the_first_score_is_no_gain_where_no_seed_had_one() -> None:
    frame = steps(
        ("seed", None, None, 0.0, 1.0), ("edit", "small", 0.4, 1.0, 1.0), ("edit", "small", 0.5, 1.0, 1.0)
    )
    assert gains(frame, "best").tolist() == pytest.approx([0.0, 0.0, 0.1])


def test_a_point_costs_what_its_operator_and_model_took_for_it() -> None:
    rows = bill(SEARCH, "best").set_index("operator")
    assert rows.loc["edit", "points"] == pytest.approx(3.0)
    assert rows.loc["edit", "dollars a point"] == pytest.approx(2.0 / 3.0)
    assert rows.loc["jump", "tokens a point"] == pytest.approx(2000.0)
    assert rows.loc["edit", "bests"] == 1


def test_without_a_gain_a_point_has_no_cost() -> None:
    rows = bill(SEARCH, "best").set_index("operator")
    assert rows["CPU seconds a point"].isna()["tune"]
    assert rows.loc["tune", "model"] == NO_MODEL


def test_totals_leave_out_what_was_not_spent() -> None:
    offline = bill(SEARCH[SEARCH["usd"] == 0.0], "best")
    assert [name for name, _, _ in totals(offline)] == ["CPU seconds"]


def test_parts_of_cost_and_of_gain_each_make_a_whole() -> None:
    found = balance(bill(SEARCH, "best"), "dollars")
    assert found.groupby("part")["share"].sum().tolist() == pytest.approx([1.0, 1.0])
    assert "seed" not in set(found["who"])


def test_shares_of_a_window_make_a_whole_and_seeds_take_no_part() -> None:
    found = shares(SEARCH, "operator")
    assert set(found["kind"]) == {"edit", "jump", "tune"}
    assert found.groupby("first")["share"].sum().tolist() == pytest.approx([1.0])
    assert found["high"].max() == pytest.approx(1.0)
    assert set(found["last"]) == {6}


def test_of_seeds_alone_there_are_no_shares() -> None:
    assert shares(SEARCH[:2], "operator").empty


def test_the_rarest_of_many_operators_are_taken_together() -> None:
    frame = steps(*((f"operator {i}", None, 0.5, 0.0, 1.0) for i in range(9) for _ in range(9 - i)))
    assert len(kinds_of(frame, "operator")) == 7
    found = shares(frame, "operator")
    assert found.loc[found["kind"] == REST, "steps"].sum() == 3 + 2 + 1


@pytest.mark.parametrize(
    ("name", "amount", "told"),
    [
        ("dollars", 1.0325, "$1.03"),
        ("dollars", 0.05761, "$0.0576"),
        ("dollars", 0.0, "$0"),
        ("tokens", 655835.4, "655,835"),
        ("evaluations", 50.4, "50"),
        ("CPU seconds", 1270.4, "1,270"),
        ("CPU seconds", 13.857, "13.9"),
    ],
)
def test_amounts_are_told_to_three_digits(name: str, amount: float, told: str) -> None:
    assert amount_told(name, amount) == told
