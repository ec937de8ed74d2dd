"""Files as people really have them: encodings, delimiters, titles, forgotten quotation marks."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from app.contacts import spreadsheets
from app.contacts.columns import apply, guess
from app.contacts.unreadable import Empty, NotATable, SpreadsheetError, TooLarge, UnclosedQuote
from app.core import phone

DATA = Path(__file__).parent / "data"


@pytest.fixture
def file(tmp_path: Path):
    def written(content: bytes | str, name: str = "contacts.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


@pytest.fixture
def workbook(tmp_path: Path):
    def written(**tabs: list[list[object]]) -> Path:
        path = tmp_path / "contacts.xlsx"
        with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
            for name, lines in tabs.items():
                tab = book.add_worksheet(name)
                for number, cells in enumerate(lines):
                    tab.write_row(number, 0, cells)
        return path

    return written


def read(path: Path) -> list[tuple[int, list[str]]]:
    return list(spreadsheets.rows(path, spreadsheets.inspect(path)))


@pytest.mark.parametrize(
    ("name", "country", "distinct", "repeated", "unusable"),
    [
        ("es-clientes-latin1.csv", "ES", 1811, 124, 65),
        ("id-penerima-variabel.csv", "ID", 1852, 99, 49),
        ("br-contatos.xlsx", "BR", 967, 0, 33),
    ],
)
def test_real_files_reach_their_counts(name: str, country: str, distinct: int, repeated: int, unusable: int):
    path = DATA / name
    sheet = spreadsheets.inspect(path)
    mapping = guess(sheet, country)
    texts = [apply(mapping, cells).phone_text for _, cells in spreadsheets.rows(path, sheet)]

    usable = [number for number in phone.normalise_many(texts, country) if number]

    assert (len(set(usable)), len(usable) - len(set(usable)), len(texts) - len(usable)) == (
        distinct,
        repeated,
        unusable,
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_usual_delimiter(file, delimiter: str):
    path = file(f'Name{delimiter}Phone\r\n"Ruiz, Ana; Eva"{delimiter}611482903\r\nLuis{delimiter}611482904\r\n')

    assert spreadsheets.inspect(path).delimiter == delimiter
    assert read(path) == [(2, ["Ruiz, Ana; Eva", "611482903"]), (3, ["Luis", "611482904"])]


def test_commas_in_every_row_do_not_beat_the_semicolon(file):
    path = file("Nombre;Teléfono;Total\nRuiz, Ana;611482903;12,50\nGil, Eva;611482904;9,90\n")

    assert read(path)[0] == (2, ["Ruiz, Ana", "611482903", "12,50"])


def test_excel_may_say_its_delimiter_in_the_first_line(file):
    assert read(file("sep=|\nName|Phone\nAna|611482903\n")) == [(3, ["Ana", "611482903"])]


@pytest.mark.parametrize(
    ("codec", "found"),
    [("utf-8", "utf-8-sig"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("cp1252", "cp1252")],
)
def test_every_usual_encoding(file, codec: str, found: str):
    path = file("Nombre;Teléfono\nIñigo Güell «€»;611482903\n".encode(codec))

    assert spreadsheets.inspect(path).encoding == found
    assert spreadsheets.inspect(path).columns == ["Nombre", "Teléfono"]
    assert read(path) == [(2, ["Iñigo Güell «€»", "611482903"])]


def test_the_first_foreign_letter_may_come_megabytes_late(file):
    path = file(b"Name;Phone\n" + b"Ana;611482903\n" * 200_000 + "Iñigo;611482904\n".encode("cp1252"))

    assert spreadsheets.inspect(path).encoding == "cp1252"
    assert read(path)[-1] == (200_002, ["Iñigo", "611482904"])


def test_a_row_over_several_lines_counts_from_its_first(file):
    path = file('Name,Phone,Address\nAna,611482903,"Mayor 3\nMadrid"\n\nLuis,611482904,"Sol ""B"""\n')

    assert read(path) == [
        (2, ["Ana", "611482903", "Mayor 3\nMadrid"]),
        (5, ["Luis", "611482904", 'Sol "B"']),
    ]


def test_titles_and_empty_rows_above_the_heading(file):
    path = file("Clientes de la tienda;;\n;;\nNombre;Teléfono;Ciudad\nAna;611482903;Madrid\n")
    sheet = spreadsheets.inspect(path)

    assert sheet.columns == ["Nombre", "Teléfono", "Ciudad"]
    assert sheet.first_line == 4
    assert sheet.sample == [["Ana", "611482903", "Madrid"]]


def test_without_a_heading_columns_are_numbered_and_no_row_is_lost(file):
    path = file("Ana,611482903,Madrid\nLuis,,Sevilla\n")

    assert spreadsheets.inspect(path).columns == ["1", "2", "3"]
    assert read(path) == [(1, ["Ana", "611482903", "Madrid"]), (2, ["Luis", "", "Sevilla"])]


def test_one_column_of_numbers(file):
    path = file("611482903\n611482904\n")

    assert spreadsheets.inspect(path).columns == ["1"]
    assert read(path) == [(1, ["611482903"]), (2, ["611482904"])]


def test_rows_are_as_wide_as_the_columns(file):
    path = file("Name,Phone,City,\nAna,611482903\nLuis,611482904,Madrid,,,\n")

    assert spreadsheets.inspect(path).columns == ["Name", "Phone", "City"]
    assert read(path) == [(2, ["Ana", "611482903", ""]), (3, ["Luis", "611482904", "Madrid"])]


def test_workbook_cells_become_the_text_that_people_see(workbook):
    path = workbook(
        Empty=[],
        Clientes=[
            ["Informe"],
            [],
            ["Nombre", "Teléfono", "Alta", "Total", "VIP"],
            ["Ana", 34611482903, dt.date(2026, 1, 2), 19.9, True],
        ],
    )

    assert spreadsheets.inspect(path).columns == ["Nombre", "Teléfono", "Alta", "Total", "VIP"]
    assert read(path) == [(4, ["Ana", "34611482903", "2026-01-02", "19.9", "true"])]


@pytest.mark.parametrize("content", [b"", b"\n\n ; ;\n", b"\xef\xbb\xbf", b"Nombre;Telefono\n"])
def test_a_file_without_rows_is_empty(file, content: bytes):
    with pytest.raises(Empty):
        spreadsheets.inspect(file(content))


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"%PDF-1.7\n%", b"<html><table><tr><td>Ana", b'[{"name": "Ana"}]']
)
def test_what_is_no_table_is_refused(file, content: bytes):
    with pytest.raises(NotATable):
        spreadsheets.inspect(file(content))


@pytest.mark.parametrize("content", [b"PK\x03\x04 but no more", b"\xd0\xcf\x11\xe0" + bytes(600)])
def test_a_broken_workbook_is_refused(file, content: bytes):
    with pytest.raises(SpreadsheetError, match="Save it as CSV or Excel"):
        spreadsheets.inspect(file(content, "contacts.xlsx"))


def test_a_zip_that_unpacks_without_end_is_refused_unread(tmp_path: Path):
    path = tmp_path / "contacts.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(101_000_000))

    with pytest.raises(TooLarge):
        spreadsheets.inspect(path)


def test_a_forgotten_quotation_mark_is_named_by_its_line(file):
    path = file("Name,Phone\nAna,611482903\n" * 200 + '"Luis,611482904\n' + "Eva,611482905\n" * 300)
    sheet = spreadsheets.inspect(path)

    with pytest.raises(UnclosedQuote) as refused:
        list(spreadsheets.rows(path, sheet))

    assert refused.value.values == {"line": 401}
