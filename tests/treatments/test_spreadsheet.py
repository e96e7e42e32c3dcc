"""Tables as CSV: what a spreadsheet reads is what was there, and no cell of it is a formula."""

import csv
import datetime
import io

import pytest

from treatments import spreadsheet


def file_of(*rows):
    return "".join(spreadsheet.lines(rows))


@pytest.mark.parametrize("sign", [*"=+-@\t\r\n", *"＝＋－＠"])
def test_a_cell_that_would_be_a_formula_begins_with_an_apostrophe(sign):
    assert spreadsheet.cell(f"{sign}cmd|' /c calc'!A1") == f"'{sign}cmd|' /c calc'!A1"


@pytest.mark.parametrize("text", [" =1+1", "\xa0=1+1", '"=1+1', "\x1f@SUM(A1)"])
def test_blanks_and_quotes_in_front_hide_no_formula(text):
    assert spreadsheet.cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "unseen",
    ["\ufeff", "\u200b", "\0", "\x7f", "\xad", "\u2060", "\ufe0f", "\U000e0020", '\ufeff "'],
)
def test_what_nobody_sees_hides_no_formula(unseen):
    assert spreadsheet.cell(f"{unseen}=1+1") == f"'{unseen}=1+1"
    assert spreadsheet.cell(f"brakes;{unseen}=1+1") == f"brakes;'{unseen}=1+1"
    assert spreadsheet.cell(f"{unseen}brakes = 1") == f"{unseen}brakes = 1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("brakes;=1+1", "brakes;'=1+1"),
        ('brakes;"=1+1"', 'brakes;\'"=1+1"'),
        ("brakes\n=1+1", "brakes\n'=1+1"),
        ("\t=1+1", "'\t'=1+1"),
        ("brakes;\n\t =1+1", "brakes;\n\t' =1+1"),
    ],
)
def test_what_another_country_takes_for_the_next_cell_is_no_formula_either(text, expected):
    assert spreadsheet.cell(text) == expected


@pytest.mark.parametrize("text", ["Brakes", "1-2", "a=b", "–", "Late: 1 May 2026", "’tis", ""])
def test_other_text_stands_as_it_is(text):
    assert spreadsheet.cell(text) == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (-5, "-5"),
        (True, "yes"),
        (False, "no"),
        (datetime.date(2026, 5, 1), "2026-05-01"),
        (datetime.datetime(2026, 5, 1, 9, 30), "2026-05-01 09:30"),  # noqa: DTZ001
    ],
)
def test_a_value_is_written_as_spreadsheets_know_it(value, expected):
    assert spreadsheet.cell(value) == expected


def test_the_file_is_read_back_as_it_was():
    rows = [["Title", "Note"], ["Brakes, pads", 'Say "stop"'], ["Größe\nof wheels", "自転車"]]
    found = file_of(*rows).encode().decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(found, newline=""))) == rows


def test_excel_learns_from_the_first_bytes_that_it_is_utf_8():
    text = file_of(["a"], ["b"])
    assert text.encode().startswith(b"\xef\xbb\xbf")
    assert text.count(spreadsheet.BYTE_ORDER_MARK) == 1


def test_lines_end_as_the_standard_says():
    assert file_of(["a", 1], ["b", 2]).endswith('"a","1"\r\n"b","2"\r\n')


def test_a_row_is_written_before_the_next_one_is_asked_for():
    def rows():
        yield ["a"]
        raise LookupError

    assert next(spreadsheet.lines(rows())).endswith('"a"\r\n')
