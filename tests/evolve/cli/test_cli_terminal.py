import pytest

from evolve.cli.terminal import harmless, number, one_line, seconds, size


def test_text_of_strangers_keeps_its_lines_and_loses_its_tricks() -> None:
    assert harmless("a\tb\n\x1b[31mc\r\u202e\x9b") == "a\tb\n\\x1b[31mc\\r\\u202e\\x9b"
    assert one_line("a\nb") == "a\\nb"
    assert harmless("Größe 数 🚂") == "Größe 数 🚂"
    assert harmless("\ud800") == "\\ud800"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (3.0, "3"), (1234567, "1,234,567"), (0.123456, "0.1235"), (1234.5, "1,234"), (-2.5, "-2.5")],
)
def test_a_figure_is_short(value: float, shown: str) -> None:
    assert number(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(5e-5, "50 us"), (0.25, "250 ms"), (3.14159, "3.14 s"), (600, "10 min"), (9000, "2.5 h")],
)
def test_a_duration_has_the_unit_that_suits_it(value: float, shown: str) -> None:
    assert seconds(value) == shown


def test_sizes_count_in_powers_of_two() -> None:
    assert [size(n) for n in (100, 1 << 14, 3 << 20, 1 << 30)] == ["100 B", "16 KiB", "3 MiB", "1 GiB"]
