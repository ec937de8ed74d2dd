"""What people write, and what becomes of our messages: webhook bodies of every kind that WhatsApp documents."""

import pytest

from app.whatsapp.incoming import updates
from app.whatsapp.updates import (
    Answer,
    Echo,
    InboundMessage,
    Location,
    Media,
    Person,
    PreferenceUpdate,
    Pricing,
    Reaction,
    StatusUpdate,
    SystemMessage,
    Trouble,
)
from tests.whatsapp.webhooks import NOON, NOON_SECONDS, of_number, only, received

MESSAGES = [
    ({"type": "text", "text": {"body": "hola"}}, {"text": "hola"}),
    (
        {"type": "image", "image": {"id": "1", "mime_type": "image/jpeg", "sha256": "x=", "url": "https://l", "caption": "yo"}},
        {"media": Media("1", "image/jpeg", "x=", caption="yo", url="https://l"), "text": "yo"},
    ),
    ({"type": "video", "video": {"id": "2", "mime_type": "video/mp4"}}, {"media": Media("2", "video/mp4")}),
    (
        {"type": "audio", "audio": {"id": "3", "mime_type": "audio/ogg; codecs=opus", "voice": True}},
        {"media": Media("3", "audio/ogg; codecs=opus", voice=True)},
    ),
    (
        {"type": "document", "document": {"id": "4", "mime_type": "application/pdf", "filename": "a.pdf", "caption": ""}},
        {"media": Media("4", "application/pdf", filename="a.pdf"), "text": None},
    ),
    (
        {"type": "sticker", "sticker": {"id": "5", "mime_type": "image/webp", "animated": True}},
        {"media": Media("5", "image/webp", animated=True)},
    ),
    (
        {"type": "location", "location": {"latitude": -34.6, "longitude": -58.4, "name": "Obelisco"}},
        {"location": Location(-34.6, -58.4, name="Obelisco"), "text": "Obelisco"},
    ),
    (
        {"type": "contacts", "contacts": [{"name": {"formatted_name": "Leo"}, "phones": [{"phone": "+54 9 11"}]}]},
        {"contacts": [{"name": {"formatted_name": "Leo"}, "phones": [{"phone": "+54 9 11"}]}]},
    ),
    (
        {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "y", "title": "Sí"}}},
        {"answer": Answer("button", "y", "Sí"), "text": "Sí"},
    ),
    (
        {
            "type": "interactive",
            "interactive": {"type": "list_reply", "list_reply": {"id": "r1", "title": "Norte", "description": "Zona"}},
        },
        {"answer": Answer("list", "r1", "Norte", "Zona"), "text": "Norte"},
    ),
    (
        {
            "type": "interactive",
            "interactive": {
                "type": "nfm_reply",
                "nfm_reply": {"name": "flow", "body": "Sent", "response_json": '{"flow_token":"t1","size":"M"}'},
            },
        },
        {"answer": Answer("flow", title="Sent", data={"flow_token": "t1", "size": "M"})},
    ),
    (
        {
            "type": "interactive",
            "interactive": {"type": "nfm_reply", "nfm_reply": {"name": "address_message", "response_json": '{"values":{}}'}},
        },
        {"answer": Answer("address_message", data={"values": {}})},
    ),
    (
        {
            "type": "interactive",
            "interactive": {"type": "call_permission_reply", "call_permission_reply": {"response": "accept"}},
        },
        {"answer": Answer("call_permission_reply", data={"response": "accept"})},
    ),
    (
        {"type": "button", "button": {"payload": "STOP", "text": "Baja"}, "context": {"from": "549", "id": "wamid.T"}},
        {"answer": Answer("template_button", "STOP", "Baja"), "context_wamid": "wamid.T", "context_from": "549"},
    ),
    ({"type": "reaction", "reaction": {"message_id": "wamid.B", "emoji": "👍"}}, {"reaction": Reaction("wamid.B", "👍")}),
    ({"type": "reaction", "reaction": {"message_id": "wamid.B", "emoji": ""}}, {"reaction": Reaction("wamid.B")}),
    ({"type": "reaction", "reaction": {"message_id": "wamid.B"}}, {"reaction": Reaction("wamid.B")}),
    (
        {"type": "order", "order": {"catalog_id": "c", "text": "para hoy", "product_items": [{"quantity": 2}]}},
        {"order": {"catalog_id": "c", "text": "para hoy", "product_items": [{"quantity": 2}]}, "text": "para hoy"},
    ),
    (
        {"type": "edit", "edit": {"original_message_id": "wamid.O", "message": {"type": "text", "text": {"body": "ya"}}}},
        {"target_wamid": "wamid.O", "text": "ya", "kind": "edit"},
    ),
    ({"type": "revoke", "revoke": {"original_message_id": "wamid.O"}}, {"target_wamid": "wamid.O", "text": None}),
    (
        {
            "type": "unsupported",
            "unsupported": {"type": "poll_creation"},
            "errors": [{"code": 131051, "title": "Unsupported", "error_data": {"details": "polls"}}],
        },
        {"trouble": Trouble(131051, "Unsupported", "polls"), "kind": "unsupported"},
    ),
    ({"type": "hologram", "hologram": {"beam": 1}}, {"kind": "hologram", "text": None}),
    (
        {"type": "text", "text": {"body": "x"}, "context": {"frequently_forwarded": True}},
        {"forwarded": True, "frequently_forwarded": True, "context_wamid": None},
    ),
    (
        {"type": "text", "text": {"body": "x"}, "referral": {"source_type": "ad", "source_id": "9", "ctwa_clid": "c"}},
        {"referral": {"source_type": "ad", "source_id": "9", "ctwa_clid": "c"}},
    ),
    ({"type": "text", "text": {"body": "x"}, "group_id": "g1"}, {"group_id": "g1"}),
]


@pytest.mark.parametrize(("message", "expected"), MESSAGES, ids=lambda part: part.get("type", ""))
def test_every_kind_of_message(message, expected):
    update = received(**message)
    assert isinstance(update, InboundMessage)
    assert (update.phone_number_id, update.waba_id, update.wamid, update.sent_at) == ("555", "777", "wamid.A", NOON)
    assert update.sender == Person("5491150001111", "AR.1", username="ana", name="Ana")
    assert update.raw["type"] == message["type"]
    assert {key: getattr(update, key) for key in expected} == expected


def test_a_person_without_a_phone_is_known_by_user_id():
    contacts = [{"profile": {"name": "Bo", "username": "bo"}, "wa_id": "", "user_id": "US.9", "parent_user_id": "US.ENT.9"}]
    message = {"from_user_id": "US.9", "id": "w", "timestamp": NOON_SECONDS, "type": "text", "text": {"body": "hi"}}
    update = only(of_number(contacts=contacts, messages=[message]))
    assert update.sender == Person(None, "US.9", "US.ENT.9", "bo", "Bo")


def test_a_shared_contact_may_come_without_a_sender():
    message = {"id": "w", "timestamp": NOON_SECONDS, "type": "contacts", "contacts": [{"origin": "contact_request"}]}
    update = only(of_number(messages=[message]))
    assert update.sender == Person()
    assert update.contacts == [{"origin": "contact_request"}]


def test_a_changed_number_is_a_system_message():
    message = {
        "from": "5491150001111",
        "id": "w",
        "timestamp": NOON_SECONDS,
        "type": "system",
        "system": {"type": "user_changed_number", "body": "Ana changed", "wa_id": "5491150002222", "user_id": "AR.2"},
    }
    update = only(of_number(messages=[message]))
    assert isinstance(update, SystemMessage)
    assert update.event == "user_changed_number"
    assert (update.previous.wa_id, update.person.wa_id, update.person.bsuid) == ("5491150001111", "5491150002222", "AR.2")


def test_a_status_brings_our_own_id_back():
    status = {
        "id": "wamid.S",
        "status": "delivered",
        "timestamp": NOON_SECONDS,
        "recipient_id": "5491150001111",
        "recipient_user_id": "AR.1",
        "biz_opaque_callback_data": "r:42:1",
        "pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "marketing"},
    }
    assert only(of_number(statuses=[status])) == StatusUpdate(
        phone_number_id="555",
        waba_id="777",
        wamid="wamid.S",
        status="delivered",
        at=NOON,
        recipient_id="5491150001111",
        recipient_user_id="AR.1",
        callback="r:42:1",
        pricing=Pricing("marketing", "regular", "PMP", True),
    )


def test_a_failed_status_says_why():
    error = {"code": 131026, "title": "Undeliverable", "message": "Undeliverable", "error_data": {"details": "old app"}}
    status = {"id": "w", "status": "failed", "timestamp": NOON_SECONDS, "recipient_id": "", "errors": [error]}
    update = only(of_number(statuses=[status]))
    assert update.trouble == Trouble(131026, "Undeliverable", "old app")
    assert update.recipient_id is None


def test_each_participant_of_a_group_has_a_status():
    both = [
        {"id": "w", "status": "read", "timestamp": NOON_SECONDS, "recipient_id": "g", "recipient_participant_id": person}
        for person in ("1", "2")
    ]
    assert [update.participant_id for update in updates(of_number(statuses=both))] == ["1", "2"]


def test_an_echo_is_what_the_owner_wrote_on_the_phone():
    echo = {"from": "549", "to": "5491150001111", "id": "w", "timestamp": NOON_SECONDS, "type": "text", "text": {"body": "va"}}
    update = only(of_number("smb_message_echoes", message_echoes=[echo]))
    assert isinstance(update, Echo)
    assert (update.text, update.recipient.wa_id) == ("va", "5491150001111")


def test_a_person_stops_marketing():
    preference = {
        "wa_id": "5491150001111",
        "detail": "User requested to stop",
        "category": "marketing_messages",
        "value": "stop",
        "timestamp": int(NOON_SECONDS),
    }
    update = only(of_number("user_preferences", user_preferences=[preference]))
    assert update == PreferenceUpdate(
        phone_number_id="555",
        waba_id="777",
        person=Person("5491150001111"),
        wants_marketing=False,
        at=NOON,
        detail="User requested to stop",
    )
