"""What the simulator knows: accounts, their numbers and templates, and the talks of each number with each person."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Coroutine
from time import time
from typing import Any

import msgspec

from app.simulator import ids
from app.simulator.behaviour import Behaviour
from app.simulator.limits import COEXISTENCE_PER_SECOND, PER_SECOND, Pairs, Portfolio, Throughput

WINDOW = 24 * 3600.0
MESSAGES_KEPT = 20_000  # over all talks; a benchmark must not fill the memory
WIRE_KEPT = 60


class Connection(msgspec.Struct, omit_defaults=True):
    """How a number was asked for. Its access token carries all of it, so the number is back after a restart."""

    webhook_url: str
    app_secret: str
    verify_token: str = ""
    waba_id: str = ""
    phone_number_id: str = ""
    display_phone_number: str = ""
    verified_name: str = "Casa Olmo"
    throughput: str = "STANDARD"
    messages_per_second: int = 0
    limit: str = "TIER_UNLIMITED"
    quality: str = "GREEN"
    status: str = "CONNECTED"
    coexists: bool = False
    app_id: str = ""
    business_id: str = ""
    registered: bool = True
    name_status: str = "APPROVED"
    verification: str = "verified"
    expires_at: int = 0  # of the access token; 0 is never
    scopes: list[str] = []  # that it lacks none when this is empty

    @property
    def per_second(self) -> int:
        usual = COEXISTENCE_PER_SECOND if self.coexists else PER_SECOND.get(self.throughput, PER_SECOND["STANDARD"])
        return self.messages_per_second or usual


class Message(msgspec.Struct, eq=False, gc=False):
    """One bubble, in either direction. `raw` is the JSON that was sent or, from the person, the webhook's message."""

    wamid: str
    raw: bytes
    ours: bool
    at: float
    callback: str = ""
    template: Any = None
    told: int = 0  # a bit for each status that went out
    status: str = "sent"
    reaction: str = ""
    edited: str = ""
    revoked: bool = False


class Passage(msgspec.Struct, frozen=True):
    """Something that went over the wire, told on the phone screen."""

    at: float
    what: str
    detail: str


class Talk(msgspec.Struct, eq=False):
    """A number and a person: what they said and how the person's telephone behaves."""

    person: str
    is_bsuid: bool = False
    name: str = ""
    username: str = ""
    messages: list[Message] = msgspec.field(default_factory=list)
    written_at: float = 0
    met: bool = False  # somebody has played this person; only such talks are listed and kept
    online: bool = True
    reads: bool = True  # whether the person lets the business know
    blocked: bool = False
    typing_until: float = 0
    waiting: list[tuple[Message, str]] = msgspec.field(default_factory=list)
    wire: deque[Passage] = msgspec.field(default_factory=lambda: deque(maxlen=WIRE_KEPT))
    screens: set[asyncio.Queue[bytes]] = msgspec.field(default_factory=set)

    def tell(self, what: str = "", detail: str = "") -> None:
        """Open screens draw themselves anew; the wire gets a line if there is something to say."""
        if what and self.met:
            self.wire.append(Passage(clock(), what, detail))
        for screen in self.screens:
            screen.put_nowait(b"changed")


class Template(msgspec.Struct, eq=False):
    id: str
    account_id: str
    name: str
    language: str
    category: str
    components: list[dict[str, Any]]
    parameter_format: str = "POSITIONAL"
    status: str = "PENDING"
    rejected_reason: str = "NONE"
    shape: Any = None  # what a send must bring, worked out at the first send


class Number:
    """A business number, with its limits and its talks."""

    def __init__(self, account: Account, connection: Connection, behaviour: Behaviour) -> None:
        self.id = connection.phone_number_id
        self.account = account
        self.connection = connection
        self.behaviour = behaviour
        self.digits = "".join(filter(str.isdecimal, connection.display_phone_number))
        self.country_code = connection.display_phone_number.lstrip("+").partition(" ")[0]
        self.throughput = Throughput(connection.per_second)
        self.pairs = Pairs()
        self.pin = ""
        self.wrong_pins = self.registrations = 0
        self.override_url = ""
        self.talks: dict[str, Talk] = {}
        self.forget_received()
        self.profile: dict[str, Any] = {"messaging_product": "whatsapp"}

    def forget_received(self) -> None:
        """What arrived is counted as it comes: this is the proof of "exactly once"."""
        self.received: list[tuple[str, str]] = []
        self.people: dict[str, int] = {}
        self.accepted = self.twice = 0
        self.first_at = self.last_at = 0.0

    def count(self, person: str, callback: str) -> None:
        self.accepted += 1
        self.last_at = clock()
        self.first_at = self.first_at or self.last_at
        seen = self.people[person] = self.people.get(person, 0) + 1
        self.twice += seen == 2
        self.received.append((person, callback))

    @property
    def messages_url(self) -> str:
        return self.override_url or self.account.override_url or self.connection.webhook_url

    def talk(self, person: str) -> Talk:
        if person.isdecimal():
            person = ids.wa_id(person)
        found = self.talks.get(person)
        if found is None:
            found = self.talks[person] = Talk(person, is_bsuid=not person.isdecimal())
        return found

    def window_is_open(self, person: str, now: float) -> bool:
        talk = self.talks.get(person)
        return talk is not None and now - talk.written_at < WINDOW


class Account:
    """A WhatsApp business account (WABA)."""

    def __init__(self, account_id: str, portfolio: Portfolio, app_id: str) -> None:
        self.id = account_id
        self.portfolio = portfolio
        self.app_id = app_id
        self.numbers: dict[str, Number] = {}
        self.templates: dict[tuple[str, str], Template] = {}
        self.subscribed = False
        self.override_url = ""

    @property
    def app(self) -> Connection:
        """The app behind the account: its first number's webhook address and secret."""
        return next(iter(self.numbers.values())).connection


class World:
    def __init__(self, public: str | None = None) -> None:
        self.public = public
        self.portfolios: dict[str, Portfolio] = {}
        self.accounts: dict[str, Account] = {}
        self.numbers: dict[str, Number] = {}
        self.templates: dict[str, Template] = {}
        self.media: dict[str, Any] = {}
        self.uploads: dict[str, Any] = {}
        self.hooks: dict[str, dict[str, Any]] = {}  # the webhook address of each app
        # Ordered: finding the oldest of a plain dict walks over all that went before it.
        self.messages: OrderedDict[str, tuple[Number, Talk, Message]] = OrderedDict()
        self.tasks: set[asyncio.Task[None]] = set()
        self.due: list[Any] = []  # statuses by their time, a heap
        self.ticking = self.remembers = False
        self.postman: Any = None
        self.default_behaviour = Behaviour()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def add_number(self, connection: Connection, behaviour: Behaviour | None = None, *, subscribed: bool = False) -> Number:
        connection.waba_id = connection.waba_id or ids.mint(ids.ACCOUNT)
        connection.phone_number_id = connection.phone_number_id or ids.mint(ids.NUMBER)
        connection.app_id = connection.app_id or ids.mint(ids.APP)
        connection.business_id = connection.business_id or ids.mint(ids.BUSINESS)
        connection.display_phone_number = connection.display_phone_number or f"+34 9{connection.phone_number_id[-8:]}"
        account = self.accounts.get(connection.waba_id)
        if account is None:
            wanted = Portfolio(connection.business_id, connection.verified_name, connection.limit)
            portfolio = self.portfolios.setdefault(connection.business_id, wanted)
            account = self.accounts[connection.waba_id] = Account(connection.waba_id, portfolio, connection.app_id)
            account.subscribed = subscribed
        number = Number(account, connection, behaviour or Behaviour())
        account.numbers[number.id] = self.numbers[number.id] = number
        return number

    def keep(self, number: Number, talk: Talk, message: Message) -> None:
        talk.messages.append(message)
        self.messages[message.wamid] = (number, talk, message)
        if len(self.messages) > MESSAGES_KEPT:
            self.forget_oldest()

    def forget_oldest(self) -> None:
        _, (number, talk, message) = self.messages.popitem(last=False)
        talk.messages.remove(message)
        if not talk.messages and not talk.met:
            number.talks.pop(talk.person, None)


def clock() -> float:
    """Seconds since 1970: the simulator's one clock."""
    return time()
