"""What people are written about their workspace: an archive is ready, the end is near, it is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.accounts import letter
from app.accounts.letter import Letter
from app.core import i18n
from app.core.db import Db
from app.core.i18n import N_
from app.core.pages import day, when
from app.settings import settings
from app.tenants import archive, deletion
from app.tenants.deletion import Owner

READY = Letter(
    N_("The archive of %(workspace)s is ready"),
    (
        N_("%(name)s, the archive with everything of %(workspace)s is ready to be taken home."),
        N_("It lies there for seven days. Then it is deleted, because it holds all your customers' data."),
    ),
    N_("To the archive"),
    (N_("Only whoever is signed in and may do so can download it."),),
)
ASKED = Letter(
    N_("%(workspace)s is to be deleted on %(when)s"),
    (
        N_("%(name)s, you asked us to delete the workspace %(workspace)s. That happens on %(when)s."),
        N_("Until then it sends nothing, keeps what comes in, and you can bring it back. Afterwards nobody can."),
        N_("Was it not you? Bring the workspace back, change your password and look at your sessions."),
    ),
    N_("Keep the workspace"),
)
SOON = Letter(
    N_("Two days left: %(workspace)s is deleted on %(when)s"),
    (
        N_("%(name)s, the workspace %(workspace)s is deleted for good on %(when)s: contacts, conversations and campaigns."),
        N_("You can still take everything home as an archive, or keep the workspace."),
    ),
    N_("Decide now"),
)
TRIAL_LINES = (
    N_("%(name)s, the trial of %(workspace)s lasts to the end of %(day)s."),
    N_("Talk to whoever runs this installation about the plan that you need."),
)
TRIAL_TO_FREE = Letter(
    N_("The trial of %(workspace)s ends on %(day)s"),
    (
        *TRIAL_LINES,
        N_("Otherwise the limits of the free plan apply from then on. Nobody is thrown out and nothing is deleted."),
    ),
)
TRIAL_TO_CLOSED = Letter(
    N_("The trial of %(workspace)s ends on %(day)s"),
    (
        *TRIAL_LINES,
        N_("Otherwise the workspace is closed then: nothing is sent. What comes in is kept for when it opens again."),
    ),
)
GONE = Letter(
    N_("%(workspace)s is deleted"),
    (
        N_("%(name)s, everything of the workspace %(workspace)s has been deleted. Nothing of it can be brought back."),
        N_("At WhatsApp your numbers and templates still exist; you find them in Meta's own manager."),
    ),
)


async def archive_ready(db: Db, export_id: int) -> None:
    """To whoever asked for it, if they are still there."""
    to = await archive.author(db, export_id)
    if to is not None:
        url = f"{settings().public_url}/settings/workspace/exports"
        await letter.post(db, to.email, to.language, READY, url=url, name=to.name, workspace=to.workspace)


async def leaving(db: Db, at: datetime, *, soon: bool) -> None:
    to = await deletion.owner(db)
    url = f"{settings().public_url}/settings/workspace/deletion"
    with i18n.speaking(to.language):
        moment = when(at, to.time_zone)
    given = {"name": to.name, "workspace": to.workspace, "when": moment}
    await letter.post(db, to.email, to.language, SOON if soon else ASKED, url=url, **given)


async def trial_ending(db: Db, ends_at: datetime, leads_to: str) -> None:
    """The end is a midnight: the day is the one before it."""
    to = await deletion.owner(db)
    with i18n.speaking(to.language):
        last = day(ends_at - timedelta(seconds=1), to.time_zone)
    written = TRIAL_TO_CLOSED if leads_to == "closed" else TRIAL_TO_FREE
    await letter.post(db, to.email, to.language, written, name=to.name, workspace=to.workspace, day=last)


async def gone(db: Db, owner: Owner) -> None:
    await letter.post(db, owner.email, owner.language, GONE, name=owner.name, workspace=owner.workspace)
