"""What the description says beyond the types: which texts fit, which fields stand for each other, and bodies read by hand."""

from __future__ import annotations

from typing import Any

import msgspec

from app.access.permissions import Permission
from app.access.roles import OWNER, PRESETS
from app.api.contact_routes import ImportOrder
from app.core.i18n import LANGUAGES
from app.whatsapp.template_languages import TEMPLATE_LANGUAGES
from app.whatsapp.template_rules import AT_MOST, BODY_LENGTH, BUTTONS, CATEGORIES, FIXED_LABEL, LINE_LENGTH, NAME

Json = dict[str, Any]

# Postgres keeps none in a text.
WITHOUT_NUL = "^[^\\u0000]*$"
ADDRESS = {"type": "string", "maxLength": 254, "pattern": r"^[^@\s]+@[^@\s]+\.[^@\s]+$"}
OWN_PRESETS = [key for key in PRESETS if key != OWNER]
ROLE_KEY = {"type": "string", "pattern": f"^({'|'.join(OWN_PRESETS)}|[1-9][0-9]{{0,17}})$"}
FOUR_DIGITS = "^([^0-9]*[0-9]){4}"
FILLED: Json = {"not": {"enum": ["", None, False]}}

FIELDS: dict[str, dict[str, Json]] = {
    "Again": {"groups": {"items": {"type": "string", "pattern": ""}}}, "NewExport": {"only": {"pattern": ""}},
    "Invite": {"emails": {"items": ADDRESS}, "roles": {"items": ROLE_KEY}, "language": {"enum": ["", *LANGUAGES]}},
    "NewContact": {"phone": {"pattern": FOUR_DIGITS}},
    "NewMessage": {"to": {"pattern": f"^$|{FOUR_DIGITS}"}},
    "NewTemplate": {
        "name": {"pattern": f"^{NAME.pattern}$"}, "language": {"enum": sorted(TEMPLATE_LANGUAGES)},
        "category": {"enum": list(CATEGORIES)}, "body": {"maxLength": BODY_LENGTH}, "header": {"maxLength": LINE_LENGTH},
        "footer": {"maxLength": LINE_LENGTH}, "buttons": {"maxItems": BUTTONS},
        "examples": {"propertyNames": {"pattern": WITHOUT_NUL}},
    },
    "NewButton": {"kind": {"enum": sorted({"QUICK_REPLY", *AT_MOST, *FIXED_LABEL})}},
    "Holding": {"roles": {"items": ROLE_KEY}},
    "RoleWish": {
        "inherits": {"enum": ["", *OWN_PRESETS]},
        "permissions": {"items": {"type": "string", "enum": [str(each) for each in Permission]}},
    },
}  # fmt: skip
# Of each group of ways, one has to be there; a way is the fields that it takes.
WAYS: dict[str, tuple[tuple[tuple[str, ...], ...], ...]] = {
    "TemplateWish": ((("id",), ("name",)),),
    "Proof": ((("email", "password"), ("api_token",)),),
    "NewMessage": ((("to",), ("contact_id",)), (("text",), ("template",))),
    "NewNumber": ((("simulated",), ("waba_id", "phone_number_id", "access_token", "app_secret")),),
}


# What cannot be read here counts as none.
LENIENT = frozenset({"after", "since", "until", "only", "number", "days", "label"})


def describe(schemas: Json) -> None:
    """Adds to the components, in place."""
    schemas |= msgspec.json.schema_components([ImportOrder], ref_template="#/components/schemas/{name}")[1]
    for name, fields in FIELDS.items():
        for field, more in fields.items():
            schemas[name]["properties"][field] |= more
    for name, groups in WAYS.items():
        schemas[name]["allOf"] = [{"anyOf": [_way(fields) for fields in ways]} for ways in groups]


def _way(fields: tuple[str, ...]) -> Json:
    return {"required": list(fields), "properties": dict.fromkeys(fields, FILLED)}


def narrow(schema: Any) -> None:
    """Every text and number that nothing narrower is said of, however deep, in place: no NUL, and no id beyond 2**63."""
    if isinstance(schema, list):
        for each in schema:
            narrow(each)
    elif isinstance(schema, dict):
        if schema.get("in") == "query" and schema["name"] in LENIENT:
            return
        if schema.get("type") == "string" and not schema.keys() & {"pattern", "enum", "const", "format"}:
            schema["pattern"] = WITHOUT_NUL
        if schema.get("type") == "integer":
            schema.setdefault("format", "int64")
        for name, each in schema.items():
            if name not in ("example", "default", "properties"):
                narrow(each)
        narrow(list(schema.get("properties", {}).values()))


def import_body() -> Json:
    """As JSON with the CSV in it, or as a form with the file."""
    texts = {name: {"type": "string"} for name in ("country", "label", "mapping")}
    file = {"type": "string", "format": "binary"}
    form = {"type": "object", "required": ["file"], "properties": {"file": file, **texts}}
    order = {"$ref": "#/components/schemas/ImportOrder"}
    return {"required": True, "content": {"application/json": {"schema": order}, "multipart/form-data": {"schema": form}}}
