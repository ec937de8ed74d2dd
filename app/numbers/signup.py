"""Sign-up at Meta: the browser goes to Meta's dialog and comes back with a code, which becomes the token of the guide."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from datetime import timedelta

import msgspec

from app.access.viewer import Viewer
from app.core.clock import now
from app.core.db import Tenant
from app.core.i18n import N_
from app.core.secrets import Unreadable, seal, unseal
from app.numbers import setup
from app.numbers.provider import onboarding
from app.settings import settings

CALLBACK = "/numbers/sign-up/callback"
LASTS = timedelta(minutes=30)  # a person fills in forms at Meta meanwhile
CONTEXT = "meta sign-up"

NOT_OURS = N_("This answer of Meta belongs to another sign-up, or it took too long. Begin again.")
CANCELLED = N_("You left Meta's page before the end, so nothing was connected.")


class Stranger(Exception):
    """The answer does not belong to what this person began."""

    message = NOT_OURS


class State(msgspec.Struct, frozen=True):
    """Who began, and until when they may come back."""

    tenant_id: int
    user_id: int
    until: float


def offered() -> bool:
    """Whether this installation has an app at Meta of its own."""
    return bool(settings().meta_app_id and _secret())


def begin(viewer: Viewer) -> str:
    """The address of Meta's dialog for this person."""
    state = State(viewer.tenant_id, viewer.id, (now() + LASTS).timestamp())
    sealed = seal(msgspec.json.encode(state).decode(), settings().encryption_keys, context=CONTEXT)
    return onboarding().dialog(
        app_id=settings().meta_app_id, config_id=settings().meta_config_id, redirect_uri=_back(),
        state=urlsafe_b64encode(sealed).decode().rstrip("="),
    )  # fmt: skip


async def finish(viewer: Viewer, *, code: str, state: str) -> None:
    """The guide goes on with the choice of numbers. Raises Stranger, WrongField, ProviderError, NotSent or OutcomeUnknown."""
    began = _opened(state)
    if (began.tenant_id, began.user_id) != (viewer.tenant_id, viewer.id) or began.until < now().timestamp():
        raise Stranger
    app = setup.App(settings().meta_app_id, _secret())
    token = await onboarding().exchange(code, app_id=app.app_id, app_secret=app.app_secret, redirect_uri=_back())
    tenant = Tenant(viewer.tenant_id)
    async with tenant.tx() as db:
        await setup.start_anew(db)
        await setup.note_product(db, added=True)
    await setup.save_app(tenant, app)
    await setup.save_token(tenant, token)


def _opened(state: str) -> State:
    try:
        sealed = urlsafe_b64decode(state + "=" * (-len(state) % 4))
        return msgspec.json.decode(unseal(sealed, settings().encryption_keys, context=CONTEXT), type=State)
    except (NotBase64, ValueError, Unreadable, msgspec.DecodeError) as broken:
        raise Stranger from broken


def _secret() -> str:
    return settings().meta_app_secret.split(",")[0].strip()


def _back() -> str:
    return f"{settings().public_url}{CALLBACK}"
