"""News about templates, numbers and accounts, in webhook bodies of every kind that WhatsApp documents."""

import pytest

from app.whatsapp.updates import (
    AccountUpdate,
    NumberUpdate,
    TemplateCategory,
    TemplateQuality,
    TemplateUpdate,
)
from tests.whatsapp.webhooks import NOON, NOON_SECONDS, only, webhook

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
