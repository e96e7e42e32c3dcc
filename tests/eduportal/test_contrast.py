"""The contrast of two colours, by the worked values of WCAG, and the nearest that reads."""

import pytest

from eduportal import contrast


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21),
        ("#ffffff", "#ffffff", 1),
        ("#777777", "#ffffff", 4.48),  # the grey that just fails level AA, and the next that passes
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.00),
        ("#0000ff", "#ffffff", 8.59),
    ],
)
def test_the_ratio_is_that_of_wcag_either_way_round(one, other, ratio):
    assert contrast.ratio(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast.ratio(other, one) == contrast.ratio(one, other)


def test_the_worst_ground_counts():
    assert contrast.lowest("#000000", ["#ffffff", "#333333"]) == contrast.ratio(
        "#000000", "#333333"
    )


@pytest.mark.parametrize(
    "colour", ["#ff8800", "#ffff00", "#0000ff", "#808080", "#000000", "#ffffff"]
)
@pytest.mark.parametrize("grounds", [["#fffdf9", "#e9f2f2"], ["#11181e", "#1d2a31"]])
def test_the_nearest_colour_reads_on_every_ground(colour, grounds):
    assert contrast.lowest(contrast.nearest(colour, grounds), grounds) >= contrast.ENOUGH


def test_a_colour_that_reads_stays_as_it_is():
    assert contrast.nearest("#0c4650", ["#fffdf9", "#e9f2f2"]) == "#0c4650"


def test_no_shade_reads_on_black_and_white_alike():
    with pytest.raises(ValueError, match="nothing reads"):
        contrast.nearest("#777777", ["#000000", "#ffffff"])
