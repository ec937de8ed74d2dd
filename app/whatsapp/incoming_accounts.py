"""News about templates, numbers and accounts: they carry no phone number id, only that of the business account."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from app.whatsapp.incoming_messages import moment, text_of
from app.whatsapp.updates import AccountUpdate, NumberUpdate, TemplateCategory, TemplateQuality, TemplateUpdate, Update

Json = dict[str, Any]


def read_account(field: str, value: Json, *, waba_id: str, at: datetime | None) -> Update:
    """The update that this field means. Raises LookupError, TypeError or ValueError when it has another shape."""
    return READERS[field](field, value, waba_id, at)


def template(value: Json) -> Json:
    """Which template it is. The id is a number here and text in the API; the language may be written en-US."""
    return {
        "template_id": str(value["message_template_id"]),
        "name": str(value.get("message_template_name") or ""),
        "language": str(value.get("message_template_language") or "").replace("-", "_"),
    }


def template_status(field: str, value: Json, waba_id: str, at: datetime | None) -> Update:
    # Meta's own example of a quality update carries this field name, so the body decides.
    if "new_quality_score" in value:
        return template_quality(field, value, waba_id, at)
    rejection = value.get("rejection_info") or {}
    other = value.get("other_info") or {}
    reason = text_of(value, "reason")
    return TemplateUpdate(
        **template(value),
        waba_id=waba_id,
        event=str(value["event"]),
        category=text_of(value, "message_template_category"),
        reason=(None if reason == "NONE" else reason) or text_of(rejection, "reason") or text_of(other, "title"),
        advice=text_of(rejection, "recommendation") or text_of(other, "description"),
        at=at,
    )


def template_quality(_field: str, value: Json, waba_id: str, at: datetime | None) -> Update:
    return TemplateQuality(
        **template(value),
        waba_id=waba_id,
        previous=text_of(value, "previous_quality_score"),
        quality=str(value["new_quality_score"]),
        at=at,
    )


def template_category(_field: str, value: Json, waba_id: str, at: datetime | None) -> Update:
    coming_at = value.get("category_update_timestamp")
    return TemplateCategory(
        **template(value),
        waba_id=waba_id,
        category=str(value["new_category"]),
        previous=text_of(value, "previous_category"),
        coming=text_of(value, "correct_category"),
        coming_at=moment(coming_at) if coming_at else None,
        at=at,
    )


def number(field: str, value: Json, waba_id: str, at: datetime | None) -> Update:
    return NumberUpdate(
        waba_id=waba_id,
        field=field,
        event=text_of(value, "event") or text_of(value, "decision") or "CHANGED",
        phone_number_id=text_of(value, "phone_number_id"),
        display_phone_number=text_of(value, "display_phone_number"),
        limit=limit(value),
        name=text_of(value, "requested_verified_name"),
        reason=text_of(value, "rejection_reason"),
        at=at,
        raw=value,
    )


def limit(value: Json) -> str | None:
    """The messaging limit as TIER_…, which Meta also writes as a number; -1 is unlimited."""
    said = value.get("max_daily_conversations_per_business") or value.get("current_limit")
    match said:
        case -1:
            return "TIER_UNLIMITED"
        case int() if said >= 1000:
            return f"TIER_{said // 1000}K"
        case int():
            return f"TIER_{said}"
        case _:
            return said or None


def account(field: str, value: Json, waba_id: str, at: datetime | None) -> Update:
    ban = value.get("ban_info") or {}
    partner = value.get("waba_info") or {}
    violation = value.get("violation_info") or {}
    gone = value.get("disconnection_info") or {}
    return AccountUpdate(
        # The entry of a partner's event is named after a business portfolio; the account is inside.
        waba_id=text_of(partner, "waba_id") or waba_id,
        field=field,
        event=text_of(value, "event") or text_of(value, "decision") or text_of(value, "alert_type") or "CHANGED",
        ban_state=text_of(ban, "waba_ban_state"),
        restrictions=[str(each["restriction_type"]) for each in value.get("restriction_info") or ()],
        reason=text_of(violation, "violation_type") or text_of(gone, "reason"),
        limit=limit(value),
        at=at,
        raw=value,
    )


READERS: dict[str, Callable[[str, Json, str, datetime | None], Update]] = {
    "message_template_status_update": template_status,
    "message_template_quality_update": template_quality,
    "template_category_update": template_category,
    "phone_number_quality_update": number,
    "phone_number_name_update": number,
    "account_settings_update": number,
    "security": number,
    "account_update": account,
    "account_alerts": account,
    "account_review_update": account,
    "business_capability_update": account,
}
ACCOUNT_FIELDS = frozenset(READERS)
