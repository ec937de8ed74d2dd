"""Numbers over the API."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post, put
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from app.access.guards import CurrentViewer, TenantDb, needs
from app.access.permissions import Permission
from app.api.listing import Listing
from app.api.problems import Invalid
from app.core.db import Db, Tenant
from app.core.forms import NOT_POSSIBLE, REQUIRED
from app.core.i18n import N_
from app.numbers import levels, phone_number, portfolio, simulated
from app.numbers.phone_number import PhoneNumber
from app.numbers.portfolio import Portfolio
from app.whatsapp.contract import Credentials

TAGS = [N_("Numbers")]

Id = Annotated[str, Meta(pattern=r"^$|^[0-9]{5,30}$")]
# What a header can carry: a token with anything else in it was never one of Meta's.
Secret = Annotated[str, Meta(max_length=2000, pattern=r"^[\x21-\x7e]*$")]


class NewNumber(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The four credentials of a real number, or `simulated` where the simulator runs."""

    waba_id: Id = ""
    phone_number_id: Id = ""
    access_token: Secret = ""
    app_secret: Secret = ""
    simulated: bool = False


class People(msgspec.Struct, frozen=True):
    """Of the business portfolio, in 24 hours; `left` is for campaigns. Without a limit both are null."""

    limit: int | None
    used: int
    left: int | None
    reserve: int

    @classmethod
    def of(cls, shared: Portfolio) -> People:
        return cls(shared.limit, shared.used, shared.left, shared.reserve)


class Number(PhoneNumber, frozen=True, kw_only=True):
    """A number with all that limits it; `reserve` is what campaigns leave to conversations, in messages a second."""

    reserve: float
    portfolio: People


class Choice(levels.Choice, frozen=True, forbid_unknown_fields=True):
    """A level and, where it is not AUTOMATIC, a rate."""


@get("/numbers", operation_id="list_numbers", summary=N_("The connected numbers"), tags=TAGS,
     guards=[needs(Permission.VIEW_NUMBERS)])  # fmt: skip
async def index(db: TenantDb) -> Listing[Number]:
    return Listing(await _limited(db, await phone_number.all(db)))


@get("/numbers/{number_id:int}", operation_id="show_number", summary=N_("A number and its limits"), tags=TAGS,
     guards=[needs(Permission.VIEW_NUMBERS)])  # fmt: skip
async def show(db: TenantDb, number_id: FromPath[int]) -> Number:
    return (await _limited(db, [await phone_number.find(db, number_id)]))[0]


@put("/numbers/{number_id:int}/pace", operation_id="pace_number", summary=N_("Choose how fast its campaigns go"), tags=TAGS,
     guards=[needs(Permission.LIMIT_NUMBERS)])  # fmt: skip
async def pace(db: TenantDb, number_id: FromPath[int], data: JSONBody[Choice]) -> Number:
    number = await phone_number.find(db, number_id)
    try:
        await levels.choose(db, number, data)
    except levels.TooFast as problem:
        raise Invalid(per_second=problem.message) from problem
    return (await _limited(db, [await phone_number.find(db, number_id)]))[0]


async def _limited(db: Db, numbers: list[PhoneNumber]) -> list[Number]:
    shared = {each.id: People.of(each) for each in await portfolio.all(db)}
    told = ((number, msgspec.structs.asdict(number)) for number in numbers)
    return [Number(**facts, reserve=number.reserve, portfolio=shared[number.portfolio_id]) for number, facts in told]


# No transaction is open while the provider is asked.
@post("/numbers", operation_id="connect_number", summary=N_("Connect a number"), tags=TAGS,
      guards=[needs(Permission.CONNECT_NUMBERS)])  # fmt: skip
async def create(viewer: CurrentViewer, data: JSONBody[NewNumber]) -> Number:
    made = await phone_number.connect(Tenant(viewer.tenant_id), await _credentials(data, viewer.tenant_name))
    async with viewer.tx() as db:
        return (await _limited(db, [made]))[0]


async def _credentials(wish: NewNumber, name: str) -> Credentials:
    if wish.simulated:
        if not await simulated.is_there():
            raise Invalid(simulated=NOT_POSSIBLE)
        return await simulated.make(name)
    given = {field: value for field, value in msgspec.structs.asdict(wish).items() if field != "simulated"}
    if missing := [field for field, value in given.items() if not value]:
        raise Invalid(**dict.fromkeys(missing, REQUIRED))
    return Credentials(**given)


handlers = [index, show, create, pace]
