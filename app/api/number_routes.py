"""Numbers over the API."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import JSONBody
from msgspec import Meta

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.api.listing import Listing
from app.api.problems import Invalid
from app.core.db import Tenant
from app.core.forms import NOT_POSSIBLE, REQUIRED
from app.core.i18n import N_
from app.numbers import phone_number, simulated
from app.numbers.phone_number import PhoneNumber
from app.whatsapp.contract import Credentials

TAGS = [N_("Numbers")]

Id = Annotated[str, Meta(pattern=r"^$|^[0-9]{5,30}$")]
Secret = Annotated[str, Meta(max_length=2000)]


class NewNumber(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The four credentials of a real number, or `simulated` where the simulator runs."""

    waba_id: Id = ""
    phone_number_id: Id = ""
    access_token: Secret = ""
    app_secret: Secret = ""
    simulated: bool = False


@get("/numbers", operation_id="list_numbers", summary=N_("The connected numbers"), tags=TAGS,
     guards=[needs(Permission.VIEW_NUMBERS)])  # fmt: skip
async def index(db: TenantDb) -> Listing[PhoneNumber]:
    return Listing(await phone_number.all(db))


# No transaction is open while the provider is asked.
@post("/numbers", operation_id="connect_number", summary=N_("Connect a number"), tags=TAGS,
      guards=[needs(Permission.MANAGE_NUMBERS)])  # fmt: skip
async def create(viewer: CurrentViewer, data: JSONBody[NewNumber]) -> PhoneNumber:
    return await phone_number.connect(Tenant(viewer.tenant_id), await _credentials(data, viewer.tenant_name))


async def _credentials(wish: NewNumber, name: str) -> Credentials:
    if wish.simulated:
        if not await simulated.is_there():
            raise Invalid(simulated=NOT_POSSIBLE)
        return await simulated.make(name)
    given = {field: value for field, value in msgspec.structs.asdict(wish).items() if field != "simulated"}
    if missing := [field for field, value in given.items() if not value]:
        raise Invalid(**dict.fromkeys(missing, REQUIRED))
    return Credentials(**given)


handlers = [index, create]
