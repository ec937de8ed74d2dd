"""What the columns of a contact file mean: guessed, corrected by a person, applied to its rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from enum import StrEnum
from itertools import chain, count

import msgspec

from app.contacts.spreadsheets import Sheet
from app.core import phone


class Kind(StrEnum):
    PHONE = "phone"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    EMAIL = "email"
    COMPANY = "company"
    LANGUAGE = "language"
    LABELS = "labels"
    VARIABLE = "variable"
    IGNORED = "ignored"


# Spanish, Portuguese, English, Indonesian; without accents. A heading is of a kind when one of its words is here and
# every other is here or a filler: so "Nombre de la empresa" is a company and "Nombre del producto" is nothing we know.
WORDS = {
    Kind.PHONE: "telefono tel telf fono movil celular cel whatsapp wa telefone telemovel fone phone telephone mobile "
    "cell cellphone msisdn telepon telpon ponsel hp handphone",
    Kind.EMAIL: "correo electronico email mail eletronico surel",
    Kind.COMPANY: "empresa compania organizacion razon social negocio organizacao razao company organization "
    "organisation business perusahaan usaha",
    Kind.LANGUAGE: "idioma lengua lingua language lang bahasa",
    Kind.LABELS: "etiquetas etiqueta marcadores marcador rotulos rotulo labels label tags tag",
    Kind.LAST_NAME: "apellidos apellido sobrenome surname last family belakang",
    Kind.FIRST_NAME: "pila primer primeiro first given depan",
    Kind.NAME: "nombre nombres nome nomes name names nama",
}
NAMED = {kind: frozenset(words.split()) for kind, words in WORDS.items()}
FILLER_WORDS = (
    "a de del da do dos das la el los the of e y and numero num nro no nomor number contacto contactos contato "
    "contatos contact contacts kontak cliente clientes customer client pelanggan destinatario recipient penerima "
    "persona pessoa person completo completa full lengkap principal main personal direccion endereco address alamat"
)
FILLERS = NAMED[Kind.NAME] | frozenset(FILLER_WORDS.split())
COPIED = (Kind.EMAIL, Kind.COMPANY, Kind.LANGUAGE)  # variables under a key of their own

HALF = 0.5  # of a column's values say what it is; a telling heading counts as much
NAME_LIKE = re.compile(r"[^\W\d_][^\d_@/]*")


class Mapping(msgspec.Struct, frozen=True):
    """Which columns hold what, by position; a name may be in two. A variable is its key and its column."""

    phone: int | None = None
    name: list[int] = []
    labels: int | None = None
    variables: dict[str, int] = {}


class Row(msgspec.Struct, frozen=True):
    phone_text: str
    name: str
    labels: list[str]
    variables: dict[str, str]


def guess(sheet: Sheet, country: str) -> Mapping:
    return arrange(guess_kinds(sheet, country), sheet.columns)


def guess_kinds(sheet: Sheet, country: str) -> list[Kind]:
    """One kind for each column; only VARIABLE comes more than once."""
    headings = [_by_heading(column) for column in sheet.columns]
    values = [[row[index].strip() for row in sheet.sample if row[index].strip()] for index in range(len(headings))]
    kinds = [Kind.VARIABLE if kind in headings[:index] else kind for index, kind in enumerate(headings)]
    kinds = _with_phone(kinds, headings, values, country)
    if Kind.EMAIL not in kinds:
        kinds = _with(Kind.EMAIL, kinds, (_share(column, _is_email) for column in values))
    if Kind.NAME not in kinds and Kind.FIRST_NAME not in kinds:
        shares = (_share(values[index], _is_name) * _says_nothing(name, index) for index, name in enumerate(sheet.columns))
        kinds = _with(Kind.NAME, kinds, shares)
    if Kind.NAME in kinds and Kind.FIRST_NAME in kinds:
        kinds = [Kind.VARIABLE if kind in (Kind.FIRST_NAME, Kind.LAST_NAME) else kind for kind in kinds]
    return kinds


def arrange(kinds: list[Kind], columns: list[str]) -> Mapping:
    """The mapping for one kind a column. Where a kind comes twice, the first counts and the other is a variable."""
    first = {kind: kinds.index(kind) for kind in kinds}
    taken = {kind.value for kind in Kind}
    variables: dict[str, int] = {}
    for index, kind in enumerate(kinds):
        if kind in COPIED and first[kind] == index:
            variables[kind.value] = index
        elif kind is Kind.VARIABLE or (kind is not Kind.IGNORED and first[kind] != index):
            key = _key(columns[index], index, taken)
            taken.add(key)
            variables[key] = index
    return Mapping(
        phone=first.get(Kind.PHONE),
        name=[first[kind] for kind in (Kind.NAME, Kind.FIRST_NAME, Kind.LAST_NAME) if kind in first],
        labels=first.get(Kind.LABELS),
        variables=variables,
    )


def apply(mapping: Mapping, cells: list[str]) -> Row:
    """One row as `spreadsheets.rows` gives it: as wide as the columns."""
    return Row(
        phone_text="" if mapping.phone is None else cells[mapping.phone].strip(),
        name=" ".join(" ".join([cells[index] for index in mapping.name]).split()),
        labels=[] if mapping.labels is None else split_labels(cells[mapping.labels]),
        variables={key: text for key, index in mapping.variables.items() if (text := cells[index].strip())},
    )


def split_labels(text: str) -> list[str]:
    """`"VIP, vip , new"` is VIP and new: each once, as it was first written."""
    labels: dict[str, str] = {}
    for label in text.split(","):
        if tidy := " ".join(label.split()):
            labels.setdefault(label_key(tidy), tidy)
    return list(labels.values())


def label_key(label: str) -> str:
    """Two labels with the same key are the same label."""
    return label.casefold()


def _by_heading(column: str) -> Kind:
    words = {word.rstrip("0123456789") for word in _words(column)} - {""}
    for kind, telling in NAMED.items():
        if not telling.isdisjoint(words) and (telling | FILLERS).issuperset(words):
            return kind
    return Kind.VARIABLE


def _says_nothing(column: str, index: int) -> bool:
    """A number in place of a heading, or one like "Cliente", under which anything may stand."""
    return column == str(index + 1) or FILLERS.issuperset(_words(column))


def _with_phone(kinds: list[Kind], headings: list[Kind], values: list[list[str]], country: str) -> list[Kind]:
    """Contents outweigh the heading: "Teléfono" may be empty while the numbers stand under "Contacto"."""
    shares = (
        _share(column, lambda text: phone.normalise(text, country) is not None) + HALF * (heading is Kind.PHONE)
        for column, heading in zip(values, headings, strict=True)
    )
    return _with(Kind.PHONE, [Kind.VARIABLE if kind is Kind.PHONE else kind for kind in kinds], shares)


def _with(kind: Kind, kinds: list[Kind], shares: Iterable[float]) -> list[Kind]:
    """The variable whose values fit best becomes this kind, when at least half of them fit."""
    candidates = {index: share for index, share in enumerate(shares) if kinds[index] is Kind.VARIABLE and share >= HALF}
    best = max(candidates, key=candidates.__getitem__, default=None)
    return [kind if index == best else known for index, known in enumerate(kinds)]


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.findall(r"[a-z0-9]+", plain)


def variable_key(text: str) -> str:
    """`Último pedido` as templates name it: ultimo_pedido."""
    return "_".join(_words(text))


def _key(column: str, index: int, taken: set[str]) -> str:
    key = variable_key(column)
    if not key or key.isdecimal():
        key = f"column_{key or index + 1}"
    return next(name for name in chain([key], (f"{key}_{n}" for n in count(2))) if name not in taken)


def _share(values: list[str], fits: Callable[[str], bool]) -> float:
    return sum(map(fits, values)) / len(values) if values else 0.0


def _is_email(text: str) -> bool:
    return "@" in text


def _is_name(text: str) -> bool:
    return NAME_LIKE.fullmatch(text) is not None
