"""Small files (CSV) that staff change in a spreadsheet: written for it, read back from it."""

import csv
import io
import unicodedata
from collections.abc import Sequence
from datetime import date

from lstep_lite.engine.reservations.availability import days
from lstep_lite.errors import DomainError

LARGEST = 1_000_000
BYTE_ORDER = "\ufeff".encode()
"""First in a file, so that spreadsheets take it for UTF-8."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def line(cells: Sequence[str]) -> bytes:
    buffer = io.StringIO()
    guarded = [f"'{each}" if each.startswith(FORMULA) else each for each in cells]
    csv.writer(buffer, lineterminator="\r\n").writerow(guarded)
    return buffer.getvalue().encode()


def lines(content: bytes) -> list[list[str]]:
    """Raises DomainError for `file`."""
    try:
        found = list(csv.reader(io.StringIO(_decoded(content), newline="")))
    except csv.Error:
        raise DomainError("CSVとして読み取れませんでした。書き出したCSVと同じ形にしてください。", "file") from None
    return [[each.strip().lstrip("'") for each in cells] for cells in found]


def _decoded(content: bytes) -> str:
    if len(content) > LARGEST:
        raise DomainError("ファイルが大きすぎます（1MBまで）。", "file")
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DomainError("文字コードを読み取れませんでした。UTF-8かShift_JISのCSVにしてください。", "file")


def day(typed: str, number: int) -> date:
    """2026-03-05, or 2026/3/5 as spreadsheets write it. Raises DomainError naming the line."""
    year, month, day = ([*unicodedata.normalize("NFKC", typed).replace("/", "-").split("-"), "", ""])[:3]
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        found = date.min
    if not days.is_near(found):
        raise DomainError(f"{number}行目：日付を 2026-03-05 の形にしてください。", "file")
    return found
