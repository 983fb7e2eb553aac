from evolve.cli.pages.elements import Markup, element, escaped, facts, joined, listed, table


def test_a_text_cannot_become_markup_and_markup_is_not_escaped_twice() -> None:
    told = element("p", "a < b & <i>", element("b", '"c"'), title='"><script>')
    assert told == ('<p title="&quot;&gt;&lt;script&gt;">a &lt; b &amp; &lt;i&gt;<b>&quot;c&quot;</b></p>')
    assert joined(told, "<") == f"{told}&lt;"
    assert isinstance(joined(told), Markup)


def test_what_cannot_be_seen_is_spelled_out() -> None:
    assert escaped("a\x1b[31m\u202e\ud800\n\tb") == "a\\x1b[31m\\u202e\\ud800\n\tb"


def test_an_attribute_is_escaped_even_if_it_is_markup() -> None:
    assert (
        element("a", class_=Markup('"x"'), aria_label="y") == '<a class="&quot;x&quot;" aria-label="y"></a>'
    )


def test_a_table_names_its_rows_and_columns_and_can_be_moved_by_keys() -> None:
    found = table("Scores", ["policy", "by", "score"], [("mine", "me", "0.5")], left=2)
    assert '<th scope="col" class="number">score</th>' in found
    assert (
        '<th scope="row" class="word">mine</th><td class="word">me</td><td class="number">0.5</td>' in found
    )
    assert (
        '<div class="table" role="region" tabindex="0" aria-label="Scores"><table aria-label="Scores">'
        in found
    )


def test_a_list_of_nothing_is_nothing() -> None:
    assert listed([]) == ""
    assert listed(["<"]) == "<ul><li>&lt;</li></ul>"


def test_facts_stand_beside_their_labels() -> None:
    assert facts({"a&b": "<c>"}) == "<dl><dt>a&amp;b</dt><dd>&lt;c&gt;</dd></dl>"
