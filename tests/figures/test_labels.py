"""Names and titles are text of a bounded length."""

from tnlab.figures.labels import shown_name, wrapped


def test_names_in_figures_are_text():
    assert shown_name("<b>a</b> & %{x}") == "&lt;b&gt;a&lt;/b&gt; &amp; %&#123;x}"
    assert shown_name("$x$\n\ty") == "&#36;x&#36; y"
    assert shown_name("a" * 100) == "a" * 31 + "…"
    assert shown_name("") == ""


def test_titles_are_broken_into_lines_and_cut():
    assert wrapped("one two <three>", 8) == "one two<br>&lt;three&gt;"
    lines = wrapped("word " * 100, 20).split("<br>")
    assert len(lines) == 3
    assert max(map(len, lines)) <= 20
    assert lines[-1] == "word word word word…"
    assert wrapped("a" * 100, 20, lines=2) == "a" * 20 + "<br>" + "a" * 19 + "…"
