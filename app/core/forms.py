"""A submitted form: all errors at once, what was typed kept, and a struct when nothing is wrong."""

from __future__ import annotations

from datetime import date
from typing import Any, Generic, TypeAlias, TypeVar, get_type_hints

import msgspec
from litestar.params import URLEncodedBody

from app.core.i18n import N_
from app.core.typed import iso_day

S = TypeVar("S", bound=msgspec.Struct)
SubmittedForm: TypeAlias = URLEncodedBody[dict[str, str | list[str]]]

REQUIRED = N_("Fill this in.")
TOO_LONG = N_("This is too long.")
NOT_POSSIBLE = N_("This value is not possible here.")
DAYS = (date, date | None)


class Form(Generic[S]):
    """`raw` is what was typed, `errors` maps a field to an English sentence that the page translates."""

    def __init__(self, raw: dict[str, Any] | None = None) -> None:
        self.raw: dict[str, Any] = raw or {}
        self.errors: dict[str, str] = {}
        self._value: S | None = None

    @property
    def value(self) -> S:
        """The parsed struct. Only there when `errors` is empty."""
        if self._value is None:
            raise ValueError("a form with errors has no value")
        return self._value


def blank(struct: msgspec.Struct | None = None, **raw: Any) -> Form[Any]:
    """An untouched form, filled from what is stored."""
    known = msgspec.structs.asdict(struct) if struct is not None else {}
    return Form({**known, **raw})


def parse(kind: type[S], data: dict[str, Any], *, strict: bool = False) -> Form[S]:
    """Every field is converted on its own, so that every error is shown. `strict`: "7" is no number, as in JSON."""
    form: Form[S] = Form({key: value for key, value in data.items() if key != "_csrf_token"})
    hints = get_type_hints(kind, include_extras=True)
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        raw = data.get(field.encode_name)
        if "list[" in str(hints[field.name]) and raw is not None and not isinstance(raw, list):
            raw = [raw]
        if isinstance(raw, str):
            raw = iso_day(raw.strip()) if hints[field.name] in DAYS else raw.strip()
        if raw in (None, ""):
            if field.required:
                form.errors[field.name] = REQUIRED
            continue
        try:
            values[field.name] = msgspec.convert(raw, hints[field.name], strict=strict)
        except msgspec.ValidationError as problem:
            form.errors[field.name] = TOO_LONG if "length <=" in str(problem) else NOT_POSSIBLE
    if not form.errors:
        form._value = kind(**values)
    return form
