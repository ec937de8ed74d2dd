"""A process of its own that turns an exported CSV into an Excel workbook: minutes of work that must not hold up the loop.

Rows go to disk one by one; what does not fit on one sheet goes on with the next. Cells are texts, never formulas.
"""

from __future__ import annotations

import asyncio
import csv
import sys
from pathlib import Path

import xlsxwriter

from app.core.pages import ROOT

MOST_ROWS = 1_048_575  # below the heading; Excel's own limit


class WriterDied(Exception):
    """The process ended before the workbook did."""


async def convert(csv_path: Path, xlsx_path: Path) -> None:
    """Raises WriterDied."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-m", "app.campaigns.workbook", str(csv_path), str(xlsx_path), cwd=ROOT
    )
    try:
        if await process.wait() != 0:
            raise WriterDied
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def write(csv_path: Path, xlsx_path: Path, *, most: int = MOST_ROWS) -> None:
    with (
        csv_path.open(encoding="utf-8-sig", newline="") as file,
        xlsxwriter.Workbook(str(xlsx_path), {"constant_memory": True, "tmpdir": str(xlsx_path.parent)}) as book,
    ):
        rows = csv.reader(file, delimiter=";")
        heading, bold = next(rows), book.add_format({"bold": True})
        sheet, at = None, most
        for row in rows:
            if at == most or sheet is None:
                sheet, at = book.add_worksheet(), 0
                sheet.set_column(0, len(heading) - 1, 18)
                sheet.freeze_panes(1, 0)
                for column, text in enumerate(heading):
                    sheet.write_string(0, column, text, bold)
            at += 1
            for column, text in enumerate(row):
                # The quote that keeps a CSV from calculating is not needed here.
                sheet.write_string(at, column, text[1:] if text[:1] == "'" and text[1:2] in tuple("=+-@\t\r") else text)
        if sheet is None:
            book.add_worksheet().write_row(0, 0, heading, bold)


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))
