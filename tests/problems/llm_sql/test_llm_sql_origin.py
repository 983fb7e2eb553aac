from problems.llm_sql import origin


def test_the_table_is_kept_as_it_is() -> None:
    table = b"review/time,beer/name\n1157587200,Simcoe IPA\n"
    assert origin.table({"beer.csv": table}) == {"beer.csv.gz": table}
