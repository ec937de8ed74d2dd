"""Webhook bodies of every kind that WhatsApp documents, and what they mean."""

import json
import time
from datetime import UTC, datetime

import pytest

from app.whatsapp.incoming import updates
from app.whatsapp.updates import (
    AccountUpdate,
    Answer,
    BrokenUpdate,
    Echo,
    InboundMessage,
    Location,
    Media,
    NumberUpdate,
    Person,
    PreferenceUpdate,
    Pricing,
    Reaction,
    StatusUpdate,
    SystemMessage,
    TemplateCategory,
    TemplateQuality,
    TemplateUpdate,
    Trouble,
    UnknownUpdate,
)

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


TEMPLATE = {"message_template_id": 12, "message_template_name": "promo", "message_template_language": "en-US"}
NAMED = {"waba_id": "777", "template_id": "12", "name": "promo", "language": "en_US", "at": NOON}
ACCOUNTS = [
    (
        "message_template_status_update",
        TEMPLATE | {"event": "APPROVED", "reason": "NONE"},
        TemplateUpdate(**NAMED, event="APPROVED"),
    ),
    (
        "message_template_status_update",
        TEMPLATE
        | {"event": "REJECTED", "reason": "INVALID_FORMAT", "rejection_info": {"reason": "x", "recommendation": "Add text"}},
        TemplateUpdate(**NAMED, event="REJECTED", reason="INVALID_FORMAT", advice="Add text"),
    ),
    (
        "message_template_status_update",
        TEMPLATE | {"event": "PAUSED", "reason": None, "other_info": {"title": "FIRST_PAUSE", "description": "3 hours"}},
        TemplateUpdate(**NAMED, event="PAUSED", reason="FIRST_PAUSE", advice="3 hours"),
    ),
    (
        "message_template_status_update",
        TEMPLATE | {"previous_quality_score": "GREEN", "new_quality_score": "RED"},
        TemplateQuality(**NAMED, previous="GREEN", quality="RED"),
    ),
    (
        "message_template_quality_update",
        TEMPLATE | {"previous_quality_score": "", "new_quality_score": "YELLOW"},
        TemplateQuality(**NAMED, previous=None, quality="YELLOW"),
    ),
    (
        "template_category_update",
        TEMPLATE | {"new_category": "UTILITY", "correct_category": "MARKETING", "category_update_timestamp": NOON_SECONDS},
        TemplateCategory(**NAMED, category="UTILITY", coming="MARKETING", coming_at=NOON),
    ),
    (
        "template_category_update",
        TEMPLATE | {"previous_category": "UTILITY", "new_category": "MARKETING"},
        TemplateCategory(**NAMED, category="MARKETING", previous="UTILITY"),
    ),
]


@pytest.mark.parametrize(("field", "value", "expected"), ACCOUNTS)
def test_news_about_templates(field, value, expected):
    assert only(webhook(field, value, time=int(NOON_SECONDS))) == expected


@pytest.mark.parametrize(
    ("field", "value", "event", "limit"),
    [
        (
            "phone_number_quality_update",
            {"display_phone_number": "549", "event": "ONBOARDING", "max_daily_conversations_per_business": "TIER_2K"},
            "ONBOARDING",
            "TIER_2K",
        ),
        ("phone_number_name_update", {"decision": "APPROVED", "requested_verified_name": "Sol"}, "APPROVED", None),
        ("security", {"event": "PIN_CHANGED", "display_phone_number": "549"}, "PIN_CHANGED", None),
        ("account_settings_update", {"phone_number_id": "555"}, "CHANGED", None),
    ],
)
def test_news_about_numbers(field, value, event, limit):
    update = only(webhook(field, value))
    assert isinstance(update, NumberUpdate)
    assert (update.field, update.event, update.limit, update.raw) == (field, event, limit, value)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (
            "account_update",
            {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}},
            {"event": "DISABLED_UPDATE", "ban_state": "DISABLE", "waba_id": "777"},
        ),
        (
            "account_update",
            {"event": "ACCOUNT_RESTRICTION", "restriction_info": [{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING"}]},
            {"restrictions": ["RESTRICTED_BIZ_INITIATED_MESSAGING"]},
        ),
        (
            "account_update",
            {"event": "PARTNER_REMOVED", "waba_info": {"waba_id": "888"}, "disconnection_info": {"reason": "CHANGE_NUMBER"}},
            {"waba_id": "888", "reason": "CHANGE_NUMBER"},
        ),
        ("account_review_update", {"decision": "APPROVED"}, {"event": "APPROVED"}),
        ("account_alerts", {"alert_type": "OBA_APPROVED", "entity_type": "WABA"}, {"event": "OBA_APPROVED"}),
        ("business_capability_update", {"max_daily_conversations_per_business": 2000}, {"limit": "TIER_2K"}),
        ("business_capability_update", {"max_daily_conversations_per_business": 250}, {"limit": "TIER_250"}),
        ("business_capability_update", {"max_daily_conversations_per_business": -1}, {"limit": "TIER_UNLIMITED"}),
    ],
)
def test_news_about_accounts(field, value, expected):
    update = only(webhook(field, value))
    assert isinstance(update, AccountUpdate)
    assert {key: getattr(update, key) for key in expected} == expected


@pytest.mark.parametrize("field", ["flows", "calls", "history", "smb_app_state_sync", "partner_solutions", "news_of_2027"])
def test_a_field_that_nobody_knows_is_kept(field):
    update = only(of_number(field, anything=[1]))
    assert isinstance(update, UnknownUpdate)
    assert (update.field, update.waba_id, update.phone_number_id, update.raw["anything"]) == (field, "777", "555", [1])


def test_errors_and_clicks_without_a_message_are_kept():
    assert only(of_number(errors=[{"code": 131000}])).raw["errors"] == [{"code": 131000}]
    assert only(of_number(user_actions=[{"action_type": "marketing_messages_link_click"}])).field == "messages"


def test_one_broken_element_does_not_hide_its_neighbours():
    good = {"id": "w", "status": "sent", "timestamp": NOON_SECONDS}
    broken = [{"status": "sent"}, None, {"id": "w", "status": "sent", "timestamp": "soon"}, 7]
    found = list(updates(of_number(statuses=[good, *broken, good], messages=[{"id": 1}, "x"])))
    assert sum(isinstance(update, StatusUpdate) for update in found) == 2
    assert sum(isinstance(update, BrokenUpdate) for update in found) == 6
    assert json.loads(found[3].raw) == {"status": "sent"}


def test_broken_changes_and_entries_do_not_hide_their_neighbours():
    good = json.loads(of_number(statuses=[{"id": "w", "status": "sent", "timestamp": NOON_SECONDS}]))["entry"][0]
    entries = [7, {"changes": 3}, {"id": "1", "changes": [1, {"field": "messages"}, {"field": "account_update", "value": []}]}]
    found = list(updates(json.dumps({"entry": [*entries, good]}).encode()))
    assert [type(update).__name__ for update in found] == ["BrokenUpdate"] * 5 + ["StatusUpdate"]


def test_an_odd_contact_does_not_cost_the_message():
    message = {"from": "5", "id": "w", "timestamp": NOON_SECONDS, "type": "text", "text": {"body": "x"}}
    assert only(of_number(contacts=[None, {"profile": 3, "wa_id": "5"}], messages=[message])).sender == Person("5")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"entry": 5}', b"[" * 5000, b"\xff"])
def test_a_body_that_is_no_webhook(body):
    assert isinstance(only(body), BrokenUpdate)


def test_characters_that_postgres_cannot_store_are_removed():
    body = of_number(messages=[{"from": "5", "id": "w", "timestamp": NOON_SECONDS, "type": "text", "text": {"body": "TEXT"}}])
    for written, read in [
        (rb"a\u0000b", "ab"),
        (rb"a\\u0000b", r"a\u0000b"),
        (rb"a\\\u0000\u0000b", "a\\b"),
        (rb"a\ud83db", "a?b"),
        (b"a\xffb", "a\ufffdb"),
        (rb"\ud83d\ude00", "😀"),
    ]:
        assert only(body.replace(b"TEXT", written)).text == read


def test_a_thousand_statuses_are_read_in_no_time():
    status = {"id": "wamid.S", "status": "read", "timestamp": NOON_SECONDS, "recipient_id": "5491150001111"}
    body = of_number(statuses=[status | {"biz_opaque_callback_data": str(place)} for place in range(1000)])
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        assert len(list(updates(body))) == 1000
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 0.03
