"""Webhook bodies as WhatsApp writes them."""

import json
from datetime import UTC, datetime

from app.whatsapp.incoming import updates

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NOON_SECONDS = "1795176000"


def webhook(field, value, **entry):
    change = {"field": field, "value": value}
    return json.dumps({"entry": [{"id": "777", "changes": [change]} | entry], "object": "whatsapp_business_account"}).encode()


def of_number(field="messages", **value):
    metadata = {"display_phone_number": "5491140000000", "phone_number_id": "555"}
    return webhook(field, {"messaging_product": "whatsapp", "metadata": metadata} | value)


def received(**message):
    contacts = [{"profile": {"name": "Ana", "username": "@ana"}, "wa_id": "5491150001111", "user_id": "AR.1"}]
    head = {"from": "5491150001111", "id": "wamid.A", "timestamp": NOON_SECONDS}
    return only(of_number(contacts=contacts, messages=[head | message]))


def only(body):
    [update] = updates(body)
    return update
