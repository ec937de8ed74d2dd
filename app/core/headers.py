"""Security headers on every answer: a strict content policy first of all."""

from __future__ import annotations

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

from app.settings import settings

# No inline script or style anywhere; pictures may be blobs (previews) and data (QR codes).
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)
# Nothing of ours is asked for in the open, not even by a link that somebody wrote by hand.
OVER_TLS = "; upgrade-insecure-requests"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-DNS-Prefetch-Control": "off",
    # Agents dictate voice messages; nothing else of the device is any business of ours.
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(self), camera=(), display-capture=(), encrypted-media=(), fullscreen=(self),"
        " geolocation=(), gyroscope=(), magnetometer=(), microphone=(self), midi=(), payment=(), publickey-credentials-get=(),"
        " screen-wake-lock=(), usb=(), xr-spatial-tracking=()"
    ),
}
ONE_YEAR = 31536000  # seconds
ASSETS = "/static/assets/"
TWO_YEARS = 2 * ONE_YEAR


def _caching(scope: Scope) -> str:
    """A static file with its version in the URL never changes."""
    if not scope["path"].startswith("/static/"):
        return "no-store"
    versioned = scope["query_string"].startswith(b"v=") or scope["path"].startswith(ASSETS)
    return f"max-age={ONE_YEAR}, immutable" if versioned else "no-cache"


async def secure(message: Message, scope: Scope) -> None:
    """Before each answer is sent, also those that no route made. A handler's own value wins, so that a page with special
    needs says so where it is."""
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    if settings().public_url.startswith("https://"):
        headers.setdefault("Strict-Transport-Security", f"max-age={TWO_YEARS}; includeSubDomains")
        headers.setdefault("Content-Security-Policy", POLICY + OVER_TLS)
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Cache-Control", _caching(scope))
