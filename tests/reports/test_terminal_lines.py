"""Text in a given number of cells, and sparklines on one scale."""

from __future__ import annotations

import unicodedata

import hypothesis.strategies as st
import pytest
from hypothesis import given

from mmon.reports.terminal import spark
from mmon.reports.terminal.lines import Strip, fit, fit_apart, fit_words, pad, table, width_of, wrap
from mmon.texts.screen import safe

TEXTS = st.text(max_size=40)
HISTOGRAMS = st.integers(1, 40).flatmap(
    lambda bins: st.tuples(
        *[st.lists(st.integers(0, 10**6), min_size=bins, max_size=bins) for _ in range(2)]
    )
)


@given(TEXTS, st.booleans())
def test_no_text_disturbs_a_terminal(text: str, unicode: bool) -> None:
    shown = safe(text, unicode=unicode)
    assert not {"Cc", "Cf", "Cs", "Zl", "Zp"} & set(map(unicodedata.category, shown))
    if not unicode:
        assert shown.isascii()


@given(TEXTS, st.integers(1, 30))
def test_a_fitted_text_takes_no_more_cells_than_it_may(text: str, width: int) -> None:
    text = safe(text, unicode=True)
    fitted = fit(text, width, ellipsis="…")
    assert width_of(fitted) <= width
    if width_of(text) <= width:
        assert fitted == text


def test_both_ends_of_a_long_name_stay() -> None:
    one, other = (fit(f"customer_lifetime_value_{n}d", 16, ellipsis="…") for n in (30, 90))
    assert (one, other) == ("customer_l…e_30d", "customer_l…e_90d")


NAMES = [f"y_pred_proba_{card}_card" for card in ("highstreet", "upmarket", "prepaid")]


@given(st.text(), st.integers(1, 60))
def test_a_sentence_is_cut_at_its_end(text: str, width: int) -> None:
    shown = fit_words(text, width, ellipsis="…")
    assert width_of(shown) <= width
    assert shown == text or (shown.endswith("…") and text.startswith(shown[:-1]))


def test_a_sentence_is_cut_at_a_word() -> None:
    reason = "27 labelled rows are too few to tell 0.1 from 0.05: it takes about 42,000"
    for width, shown in (
        (29, "27 labelled rows are too few…"),
        (31, "27 labelled rows are too few…"),
        (28, "27 labelled rows are too…"),
        (8, "27…"),
        (2, "2…"),
        (1, "…"),
        (80, reason),
    ):
        assert fit_words(reason, width, ellipsis="…") == shown
    sentences = Strip("worst findings", [reason], least=14, is_prose=True)
    (_, (_, cell)) = table([Strip("segment", ["region = west"]), sentences], 45, ellipsis="…")
    assert cell.rstrip() == "27 labelled rows are too few…"


def test_names_that_shortening_would_make_equal_stay_different() -> None:
    usual = [fit(name, 20, ellipsis="…") for name in NAMES]
    assert usual[0] == usual[1]
    assert fit_apart(NAMES, 20, ellipsis="…") == [
        "y_pred_proba_h…_card",
        "y_pred_proba_u…_card",
        usual[2],
    ]


@given(st.lists(st.text("ab…_", max_size=14), max_size=6), st.integers(0, 12))
def test_shortened_names_are_apart_or_known_not_to_be(texts: list[str], width: int) -> None:
    fitted = fit_apart(texts, width, ellipsis="…")
    if fitted is not None:
        assert len(set(fitted)) == len(set(texts))
        assert max(map(width_of, fitted), default=0) <= width


def test_a_column_of_names_stays_wide_enough_to_tell_them_apart() -> None:
    names = Strip("column", ("aaaaaaaa_1_zzzzzzzz", "aaaaaaaa_2_zzzzzzzz"), least=8)
    value = Strip("value", ("0.10", "0.25"), "right")
    minor = Strip("minor", ("x", "y"), importance=1)
    lines = table([names, value, minor], 26, ellipsis="…")
    assert [cells[0].rstrip() for cells in lines] == ["column", "aaaaaaaa_1…z", "aaaaaaaa_2…z"]
    # Where there is no room for that, the table keeps its width.
    lines = table([names, value, minor], 15, ellipsis="…")
    assert max(len("".join(cells).rstrip()) for cells in lines) <= 15
    assert lines[1][0] == lines[2][0]


def test_wide_characters_are_never_cut_in_half() -> None:
    fitted = fit("価格の変化率", 6, ellipsis="…")
    assert width_of(fitted) == 5  # the sixth cell could only hold half a character
    assert width_of(pad(fitted, 6, "left")) == 6


@given(st.lists(st.text("abc価", min_size=1, max_size=10), min_size=1), st.integers(24, 60))
def test_wrapping_keeps_every_piece_and_every_width(pieces: list[str], width: int) -> None:
    lines = wrap(pieces, width, between=" ")
    assert " ".join(lines).split() == pieces
    assert max(map(width_of, lines)) <= width


def strips() -> list[Strip]:
    return [
        Strip("column", ("a_rather_long_name", "b"), least=8),
        Strip("value", ("0.1", "0.25"), "right"),
        Strip("minor", ("xxxx", "y"), importance=2),
        Strip("major", ("xxxx", "y"), importance=1),
        Strip("empty", ("", ""), importance=1),
    ]


def told(width: int) -> list[str]:
    return ["".join(cells).rstrip() for cells in table(strips(), width, ellipsis="…")]


def test_a_table_is_aligned_and_leaves_out_what_is_empty() -> None:
    assert told(80) == [
        "column              value  minor  major",
        "a_rather_long_name    0.1  xxxx   xxxx",
        "b                    0.25  y      y",
    ]


def test_where_room_is_short_the_name_gives_way_before_others_leave() -> None:
    assert told(30) == [
        "column     value  minor  major",
        "a_rat…ame    0.1  xxxx   xxxx",
        "b           0.25  y      y",
    ]
    assert told(28)[0].split() == ["column", "value", "major"]
    assert told(15)[0].split() == ["column", "value"]


@pytest.mark.parametrize("width", range(15, 60))
def test_a_table_keeps_its_width(width: int) -> None:
    assert max(map(len, told(width))) <= width


@given(HISTOGRAMS, st.integers(1, 10))
def test_sparklines_have_one_cell_for_each_run_of_bins(
    sides: tuple[list[int], list[int]], cells: int
) -> None:
    drawn = spark.pair(*sides, cells=cells)
    for side, line in zip(sides, drawn, strict=True):
        runs = spark.chunks(side, cells)
        assert len(line) == len(runs) <= cells
        assert [char == " " for char in line] == [sum(run) == 0 for run in runs]
    if any(map(sum, sides)):
        assert spark.BLOCKS[-1] in "".join(drawn)


def test_categories_that_do_not_fit_come_together_in_the_last_cell() -> None:
    ref, cur = spark.pair([8, 4, 2, 1, 1], [8, 4, 2, 1, 1], cells=4, is_ordered=False)
    assert ref == cur == "█▄▂▂"


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=10), st.integers(1, 1000))
def test_sparklines_compare_shares_not_rows(side: list[int], times: int) -> None:
    ref, cur = spark.pair(side, [rows * times for rows in side], cells=10)
    assert ref == cur


def test_both_sparklines_share_one_scale() -> None:
    # A quarter in each bin is half as high as half in one.
    assert spark.pair([1, 1, 1, 1], [2, 2, 0, 0], cells=4) == ("▄▄▄▄", "██  ")


def test_a_trend_shows_the_largest_of_neighbours() -> None:
    assert spark.line([0.2, 1.6, 0.4, 0.8, None, 0.0], cells=3) == "█▄▁"


def test_a_trend_far_below_its_threshold_is_low() -> None:
    assert spark.line([0.01, 0.1, 0.02], cells=3) == "▁▁▁"


def test_a_trend_of_nothing_is_low_and_only_what_is_not_known_is_blank() -> None:
    assert spark.line([0.0, None, 0.0], cells=8) == "▁ ▁"
    assert spark.line([0.0, 1e-9, 1.0], cells=8) == "▁▁█"


@given(st.lists(st.integers(), max_size=50), st.integers(1, 20))
def test_chunks_are_even_and_lose_nothing(items: list[int], count: int) -> None:
    chunks = spark.chunks(items, count)
    assert [item for chunk in chunks for item in chunk] == items
    assert len(chunks) == min(count, len(items))
    sizes = {len(chunk) for chunk in chunks}
    assert not sizes or max(sizes) - min(sizes) <= 1
