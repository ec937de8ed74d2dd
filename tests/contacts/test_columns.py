"""Which column is what, in four languages and without headings."""

from __future__ import annotations

import msgspec
import pytest

from app.contacts.columns import Kind, Mapping, Row, apply, arrange, guess, guess_kinds, split_labels
from app.contacts.spreadsheets import Sheet


def sheet(*columns: str, sample: list[list[str]] | None = None) -> Sheet:
    return Sheet(columns=list(columns), first_line=2, sample=sample or [])


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Teléfono móvil", Kind.PHONE),
        ("Celular (WhatsApp)", Kind.PHONE),
        ("phone_number", Kind.PHONE),
        ("Nº de teléfono", Kind.PHONE),
        ("No. HP", Kind.PHONE),
        ("Telefone 1", Kind.PHONE),
        ("NOMBRE COMPLETO", Kind.NAME),
        ("contacts_name", Kind.NAME),
        ("Nome do cliente", Kind.NAME),
        ("Nama Lengkap", Kind.NAME),
        ("First Name", Kind.FIRST_NAME),
        ("Apellidos", Kind.LAST_NAME),
        ("Sobrenome", Kind.LAST_NAME),
        ("Correo electrónico", Kind.EMAIL),
        ("E-mail", Kind.EMAIL),
        ("Nombre de la empresa", Kind.COMPANY),
        ("Razón social", Kind.COMPANY),
        ("Idioma", Kind.LANGUAGE),
        ("Etiquetas", Kind.LABELS),
        ("Tags", Kind.LABELS),
        ("Nombre del producto", Kind.VARIABLE),
        ("Número de pedido", Kind.VARIABLE),
        ("Ciudad", Kind.VARIABLE),
    ],
)
def test_headings_in_four_languages(heading: str, kind: Kind):
    assert guess_kinds(sheet("Alta", heading), "ES") == [Kind.VARIABLE, kind]


def test_a_spanish_shop():
    columns = sheet("Nombre", "Teléfono móvil", "Correo", "Ciudad", "Etiquetas", "Último pedido")

    assert guess(columns, "ES") == Mapping(phone=1, name=[0], labels=4, variables={"email": 2, "ciudad": 3, "ultimo_pedido": 5})


def test_first_and_last_name_in_either_order():
    assert guess(sheet("Apellidos", "Nombre", "Móvil"), "ES").name == [1, 0]


def test_a_whole_name_makes_its_parts_variables():
    mapping = guess(sheet("Name", "Given Name", "Family Name", "Phone"), "US")

    assert mapping == Mapping(phone=3, name=[0], variables={"given_name": 1, "family_name": 2})


def test_contents_tell_where_headings_are_missing():
    sample = [["17", "Ana Ruiz", "611 482 903", "ana@ejemplo.test"], ["18", "Luis Gil", "", "luis@ejemplo.test"]]

    assert guess(sheet("1", "2", "3", "4", sample=sample), "ES") == Mapping(
        phone=2, name=[1], variables={"column_1": 0, "email": 3}
    )


def test_contents_outweigh_a_heading_over_something_else():
    sample = [["fijo", "611 482 903"], ["ninguno", "+55 21 90716-6227"]]

    assert guess(sheet("Teléfono", "Contacto", sample=sample), "ES") == Mapping(phone=1, variables={"telefono": 0})


def test_of_two_phone_columns_the_fuller_one_is_taken():
    sample = [["", "611482903", "Ana"], ["912345678", "611482904", "Luis"], ["no", "611482905", "Eva"]]

    assert guess(sheet("Teléfono", "Móvil", "Cliente", sample=sample), "ES") == Mapping(
        phone=1, name=[2], variables={"telefono": 0}
    )


def test_a_file_without_numbers_has_no_phone_column():
    assert guess(sheet("Nombre", "Ciudad", sample=[["Ana", "Madrid"]]), "ES").phone is None


def test_keys_are_plain_and_unique():
    kinds = [Kind.PHONE, Kind.VARIABLE, Kind.VARIABLE, Kind.VARIABLE, Kind.VARIABLE, Kind.IGNORED, Kind.PHONE]
    columns = ["Tel", "Año (último)", "año último", "2026", "Email", "Notas", "Tel"]

    assert arrange(kinds, columns) == Mapping(
        phone=0, variables={"ano_ultimo": 1, "ano_ultimo_2": 2, "column_2026": 3, "email_2": 4, "tel": 6}
    )


def test_a_mapping_survives_json():
    mapping = Mapping(phone=1, name=[0, 2], labels=4, variables={"email": 3})

    assert msgspec.json.decode(msgspec.json.encode(mapping), type=Mapping) == mapping


def test_a_row_is_read_tidily():
    mapping = Mapping(phone=2, name=[1, 0], labels=3, variables={"email": 4, "city": 5})

    assert apply(mapping, [" Ruiz  Gil", "Ana ", " 611 482 903 ", "VIP, nuevo ", "", " Madrid "]) == Row(
        phone_text="611 482 903", name="Ana Ruiz Gil", labels=["VIP", "nuevo"], variables={"city": "Madrid"}
    )


def test_labels_are_the_same_whatever_their_case():
    assert split_labels(" Nuevo , vip,VIP,, nuevo,gran  cliente") == ["Nuevo", "vip", "gran cliente"]
