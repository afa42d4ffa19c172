"""Lists of people that leave as a workbook of Excel, made on disk row by row: any number of rows in little memory."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter

from lstep_lite.engine.transfers.cells import guarded

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_CELL = 32_767
"""Excel holds no more characters."""
WIDTH = 16
"""Of a column, in characters."""
PIECE = 64 * 1024
"""Bytes at a time."""

Cell = str | int | datetime
"""Words, a number to count with, or a moment in the shop's zone."""


def pieces(name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The file in pieces; *name* is its one sheet's."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        _write(path, name, headings, rows)
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


def _write(path: Path, name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)}) as book:
        sheet = book.add_worksheet(name)
        head, moment = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy/mm/dd hh:mm"})
        sheet.set_column(0, len(headings) - 1, WIDTH)
        sheet.set_row(0, None, head)
        sheet.freeze_panes(1, 0)
        _put_row(sheet, 0, headings, moment)
        for at, row in enumerate(rows, start=1):
            _put_row(sheet, at, row, moment)


def _put_row(sheet: Any, at: int, row: Sequence[Cell], moment: Any) -> None:
    """Never a formula, never a link: words stay words, whatever they look like."""
    for place, cell in enumerate(row):
        if isinstance(cell, datetime):
            sheet.write_datetime(at, place, cell.replace(tzinfo=None), moment)
        elif isinstance(cell, int):
            sheet.write_number(at, place, cell)
        elif cell:
            sheet.write_string(at, place, cell[:LONGEST_CELL])


def written(cell: Cell) -> str:
    """The same cell in a CSV file."""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    return guarded(cell) if isinstance(cell, str) else str(cell)
