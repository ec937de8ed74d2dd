"""What Meta checks in a free-form message, type by type."""

from __future__ import annotations

from typing import Any

from app.simulator.errors import GraphError

CAPTION = 1024
MEDIA = ("image", "video", "audio", "document", "sticker")


def check(kind: str, content: Any) -> None:
    """Raises GraphError 100, 131008, 131009 or 131051."""
    if kind == "contacts":
        if not isinstance(content, list) or not content:
            raise GraphError(131009, "contacts is not a list of cards")
        return
    if not isinstance(content, dict):
        raise GraphError(100, f"Param {kind} must be a JSON object.")
    if kind in MEDIA:
        check_media(content)
    elif kind == "text":
        longest(content, "body", 4096)
    elif kind == "location":
        check_place(content)
    elif kind == "reaction":
        if not content.get("message_id"):
            raise GraphError(131008, "Required parameter message_id is missing")
    elif kind == "interactive":
        check_interactive(content)
    else:
        raise GraphError(131051, f"Unsupported message type {kind}")


def longest(content: dict[str, Any], name: str, limit: int) -> None:
    text = content.get(name)
    if not isinstance(text, str) or not text:
        raise GraphError(131008, f"Required parameter {name} is missing")
    if len(text) > limit:
        raise GraphError(100, f"Param {name} must be at most {limit} characters long.")


def check_media(content: dict[str, Any]) -> None:
    if not content.get("id") and not str(content.get("link", "")).startswith(("http://", "https://")):
        raise GraphError(131009, "Media needs an id or a link")
    if len(content.get("caption") or "") > CAPTION:
        raise GraphError(100, f"Param caption must be at most {CAPTION} characters long.")


def check_place(content: dict[str, Any]) -> None:
    try:
        latitude, longitude = float(content["latitude"]), float(content["longitude"])
    except (KeyError, TypeError, ValueError):
        raise GraphError(131008, "Required parameter latitude or longitude is missing") from None
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise GraphError(131009, "This place is not on Earth")


def check_interactive(content: dict[str, Any]) -> None:
    kind, action = content.get("type"), content.get("action") or {}
    longest(content.get("body") or {}, "text", 4096 if kind == "list" else 1024)
    if kind == "button":
        buttons = action.get("buttons") or []
        if not 1 <= len(buttons) <= 3:
            raise GraphError(131009, "Between 1 and 3 buttons are allowed")
        for button in buttons:
            longest(button.get("reply") or {}, "title", 20)
            longest(button.get("reply") or {}, "id", 256)
    elif kind == "list":
        rows = [row for section in action.get("sections") or [] for row in section.get("rows") or []]
        longest(action, "button", 20)
        if not 1 <= len(rows) <= 10:
            raise GraphError(131009, "Between 1 and 10 rows are allowed")
        for row in rows:
            longest(row, "title", 24)
            longest(row, "id", 200)
