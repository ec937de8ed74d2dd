"""Proofs made with the app secret: Meta's on webhooks, ours on calls."""

import hmac
from collections.abc import Sequence
from hashlib import sha256

PREFIX = "sha256="


def sign(body: bytes, secret: str) -> str:
    """The value of X-Hub-Signature-256 for these very bytes."""
    return PREFIX + hmac.new(secret.encode(), body, sha256).hexdigest()


def valid_signature(body: bytes, header: str | None, secrets: Sequence[str]) -> bool:
    """Whether one of the secrets signed the raw body; several are accepted while a secret is being replaced."""
    if not header or not header.isascii():
        return False
    matches = [hmac.compare_digest(sign(body, secret), header.strip()) for secret in secrets if secret]
    return any(matches)


def appsecret_proof(access_token: str, app_secret: str) -> str:
    """What Graph wants beside a token to believe that its holder knows the app secret."""
    return hmac.new(app_secret.encode(), access_token.encode(), sha256).hexdigest()
