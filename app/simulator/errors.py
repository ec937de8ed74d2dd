"""Meta's refusals: code, HTTP status and title, in the shape of its error JSON."""

from __future__ import annotations

from typing import Any

from app.simulator import ids
from app.simulator.http import Answer, json_answer

TITLES: dict[int, tuple[int, str]] = {
    4: (400, "Application request limit reached"),
    10: (403, "Application does not have permission for this action"),
    100: (400, "Invalid parameter"),
    190: (401, "Invalid OAuth access token"),
    200: (403, "Permissions error"),
    368: (403, "Temporarily blocked for policies violations"),
    2200: (400, "Callback verification failed"),
    80007: (400, "Rate limit issues"),
    130429: (400, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131031: (403, "Business Account locked"),
    131042: (400, "Business eligibility payment issue"),
    131047: (400, "Re-engagement message"),
    131048: (400, "Spam Rate limit hit"),
    131049: (400, "This message was not delivered to maintain healthy ecosystem engagement."),
    131050: (400, "Unable to deliver the message. This recipient has chosen to stop receiving marketing messages on WhatsApp"),
    131051: (400, "Unsupported message type"),
    131053: (400, "Media upload error"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: (500, "Business Account is in maintenance mode"),
    131059: (400, "Invalid cursor"),
    131062: (400, "Business-scoped user ids cannot be used for this message"),
    132000: (400, "Number of parameters does not match the expected number of params"),
    132001: (404, "Template name does not exist in the translation"),
    132005: (400, "Translated text too long"),
    132012: (400, "Parameter format does not match format in the created template"),
    132015: (400, "Template is paused"),
    132016: (400, "Template is disabled"),
    132018: (400, "There's an issue with the parameters in your template"),
    133005: (400, "Two-step verification PIN mismatch"),
    133008: (400, "Too many two-step verification PIN guesses"),
    133010: (400, "Account not registered"),
    133016: (400, "Account register deregister rate limit exceeded"),
}
DETAILS: dict[int, str] = {
    130429: "Message failed to send because there were too many messages sent from this phone number in a short period of time",
    131000: "Message failed to send due to an unknown error",
    131026: "Message undeliverable.",
    131047: "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
    131049: "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
    131050: "Unable to deliver the message. This recipient has chosen to stop receiving marketing messages on WhatsApp from "
    "your business.",
    131056: "Message failed to send because there were too many messages sent from this phone number to the same phone number "
    "in a short period of time",
}


class GraphError(Exception):
    def __init__(
        self, code: int, details: str = "", *, subcode: int | None = None, user: tuple[str, str] | None = None
    ) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details or DETAILS.get(code, "")
        self.subcode = subcode
        self.user = user

    def answer(self) -> Answer:
        status, title = TITLES.get(self.code, (400, "Unknown error"))
        error: dict[str, Any] = {"message": f"(#{self.code}) {title}", "type": "OAuthException", "code": self.code}
        if self.subcode:
            error["error_subcode"] = self.subcode
        if self.user:
            error |= {"is_transient": False, "error_user_title": self.user[0], "error_user_msg": self.user[1]}
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        return json_answer({"error": error | {"fbtrace_id": ids.trace()}}, status)


class NodeError(GraphError):
    """A refusal of the Graph itself, whose message carries no code and no details."""

    def __init__(self, code: int, message: str, *, subcode: int | None = None, kind: str = "OAuthException") -> None:
        super().__init__(code, subcode=subcode)
        self.message = message
        self.kind = kind

    def answer(self) -> Answer:
        error: dict[str, Any] = {"message": self.message, "type": self.kind, "code": self.code}
        if self.subcode:
            error["error_subcode"] = self.subcode
        return json_answer({"error": error | {"fbtrace_id": ids.trace()}}, TITLES[self.code][0])


def missing(name: str) -> NodeError:
    return NodeError(100, f"(#100) The parameter {name} is required.")


def unknown(method: str, node: str) -> NodeError:
    return NodeError(
        100,
        f"Unsupported {method.lower()} request. Object with ID '{node}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation. Please read the Graph API documentation at "
        "https://developers.facebook.com/docs/graph-api",
        subcode=33,
        kind="GraphMethodException",
    )


def asynchronous(code: int) -> dict[str, Any]:
    """The item of a failed status' `errors`."""
    title = TITLES.get(code, (400, "Unknown error"))[1]
    return {
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": DETAILS.get(code, title)},
        "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
    }
