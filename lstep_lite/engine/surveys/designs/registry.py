"""What a ready form is."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys import keeping
from lstep_lite.engine.surveys.keeping import SurveyForm
from lstep_lite.errors import NotFound
from lstep_lite.models import Survey

BLANK = "blank"


@dataclass(frozen=True)
class Design:
    code: str
    label: str
    lead: str
    """What it asks, for the gallery."""
    icon: str
    form: SurveyForm
    make: Callable[[], Data]
    """A new document each time: its codes are its own."""


designs: dict[str, Design] = {}


def design(code: str, *, label: str, lead: str, icon: str, form: SurveyForm) -> Callable[[Callable[[], Data]], None]:
    """Offer what the function below makes as a ready form."""

    def register(make: Callable[[], Data]) -> None:
        designs[code] = Design(code, label, lead, icon, form, make)

    return register


def get(code: str) -> Design:
    if code not in designs:
        raise NotFound("この見本は見つかりませんでした。一覧から選び直してください。")
    return designs[code]


def offered() -> list[Design]:
    """The ready forms, in the order of the gallery; the blank one stands apart."""
    return [each for each in designs.values() if each.code != BLANK]


def take(session: Session, wanted: Design, *, folder_id: int | None, now: datetime) -> Survey:
    """A form of the shop's own, as *wanted* is; it takes no answers yet."""
    form = replace(wanted.form, folder_id=folder_id or None)
    return keeping.create(session, form, wanted.make(), now=now)
