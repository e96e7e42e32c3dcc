"""Tables as CSV that a spreadsheet shows as they are, and takes no cell of for a formula.

Which cells are taken for formulas: OWASP, "CSV Injection",
https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import datetime
import re

BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as the letters of the machine's country
_SIGNS = "[=+\\-@＝＋－＠]"
# What may stand in front and is not seen: blanks, quotes, controls, and what Unicode has shown as
# nothing (Default_Ignorable_Code_Point in DerivedCoreProperties.txt), such as the byte order mark.
_UNSEEN = (
    r'[\s"\0-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f'
    r"\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Where a spreadsheet may find the beginning of a cell: at its own, and, since in half of Europe the
# semicolon parts cells and a comma does not, behind those that stand in a text.
# Behind the last of several only: from each of them on, the time would grow with their square.
_FORMULA = re.compile(
    rf"\A(?=[\t\r\n]|{_UNSEEN}*{_SIGNS})|(?<=[;\t\r\n])(?=(?:(?![\t\r\n]){_UNSEEN})*{_SIGNS})"
)


def lines(rows):
    """Each row of values as one line of CSV (RFC 4180), the first with the byte order mark.

    Values are strings, numbers, dates, moments, booleans and None. Gives strings, one at a time, so
    that a long table need not stand in memory.
    """
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    mark = BYTE_ORDER_MARK
    for row in rows:
        yield mark + writer.writerow([cell(value) for value in row])
        mark = ""


def cell(value):
    """What stands in the file for a value: text that begins a formula gets an apostrophe first."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, int | float):
        return str(value)  # -5 is a number
    return _FORMULA.sub("'", str(value))


class _Echo:
    """A file that gives back what is written, for `writer.writerow` to return it."""

    def write(self, line):
        return line
