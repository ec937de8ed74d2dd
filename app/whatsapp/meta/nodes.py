"""Graph's numbers and templates, and how they read in our words."""

from typing import TypeVar

import msgspec
from msgspec import Struct

from app.core.outbound import OutcomeUnknown
from app.whatsapp.contract import Json, NumberInfo, Owner, TemplateInfo

T = TypeVar("T")

NUMBER_FIELDS = (
    "id,display_phone_number,verified_name,status,quality_rating,name_status,code_verification_status,platform_type,"
    "throughput,whatsapp_business_manager_messaging_limit,health_status,account_mode,is_official_business_account,"
    "is_on_biz_app"
)
# Quality and the reason of a rejection are only given when they are named.
TEMPLATE_FIELDS = (
    "id,name,language,status,category,previous_category,correct_category,sub_category,components,parameter_format,"
    "quality_score,rejected_reason"
)


class Throughput(Struct, frozen=True):
    level: str = "STANDARD"


class Health(Struct, frozen=True):
    can_send_message: str = "AVAILABLE"
    entities: list[Json] = []

    @property
    def obstacle(self) -> str:
        """The first fault that is named, of the number, its account, portfolio or app."""
        faults = (fault for entity in self.entities for fault in entity.get("errors") or ())
        return next((str(fault.get("error_description") or "") for fault in faults), "")


class AccountNode(Struct, frozen=True):
    owner_business_info: Owner | None = None


class NumberNode(Struct, frozen=True):
    id: str
    display_phone_number: str = ""
    verified_name: str = ""
    status: str = "UNKNOWN"
    quality_rating: str = "UNKNOWN"
    name_status: str | None = None
    platform_type: str | None = None
    throughput: Throughput | None = None
    whatsapp_business_manager_messaging_limit: str | None = None
    health_status: Health | None = None
    is_official_business_account: bool = False
    is_on_biz_app: bool = False

    def info(self) -> NumberInfo:
        health = self.health_status or Health()
        return NumberInfo(
            phone_number_id=self.id,
            display_phone_number=self.display_phone_number,
            verified_name=self.verified_name,
            status=self.status,
            quality="UNKNOWN" if self.quality_rating == "NA" else self.quality_rating,
            name_status=self.name_status,
            platform=self.platform_type,
            throughput=(self.throughput or Throughput()).level,
            limit=self.whatsapp_business_manager_messaging_limit,
            can_send=health.can_send_message,
            obstacle=health.obstacle,
            health=msgspec.to_builtins(self.health_status),
            official=self.is_official_business_account,
            coexists=self.is_on_biz_app,
        )


class Score(Struct, frozen=True):
    score: str = "UNKNOWN"


class TemplateNode(Struct, frozen=True):
    id: str
    name: str
    language: str
    status: str
    category: str
    components: list[Json] = []
    parameter_format: str | None = None
    quality_score: Score | None = None
    rejected_reason: str | None = None
    previous_category: str | None = None
    correct_category: str | None = None
    sub_category: str | None = None

    def info(self) -> TemplateInfo:
        return TemplateInfo(
            id=self.id,
            name=self.name,
            language=self.language,
            status=self.status,
            category=self.category,
            components=self.components,
            parameter_format=self.parameter_format or "POSITIONAL",
            quality=(self.quality_score or Score()).score,
            rejected_reason=None if self.rejected_reason == "NONE" else self.rejected_reason,
            previous_category=self.previous_category,
            correct_category=self.correct_category,
            sub_category=self.sub_category,
        )


class Cursors(Struct, frozen=True):
    after: str | None = None


class Paging(Struct, frozen=True):
    cursors: Cursors | None = None
    next: str | None = None

    @property
    def after(self) -> str | None:
        """The cursor of the next page; the last page has a cursor too, but no `next`."""
        return self.cursors.after if self.cursors and self.next else None


class TemplatePage(Struct, frozen=True):
    data: list[TemplateNode]
    paging: Paging | None = None

    @property
    def after(self) -> str | None:
        return self.paging.after if self.paging else None


class ListedNumber(Struct, frozen=True):
    id: str


class NumberPage(Struct, frozen=True):
    data: list[ListedNumber]
    paging: Paging | None = None

    @property
    def after(self) -> str | None:
        return self.paging.after if self.paging else None


def read(answer: bytes, kind: type[T]) -> T:
    """A successful answer as this struct. Raises OutcomeUnknown when it has another shape."""
    try:
        return msgspec.json.decode(answer, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise OutcomeUnknown(f"an answer that cannot be read: {error}") from error
