"""Taps: who chose something in a message, who did not, and who came too late or once too often."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import mentions, taps
from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.segments.days import MOST_DAYS, beginning
from lstep_lite.engine.segments.registry import ConditionKind, Moment, condition
from lstep_lite.errors import DomainError
from lstep_lite.models import AnswerState, Friend, Tap, TapAnswer

HOWS = {
    "taken": "選んだ・押した",
    "none": "選んでいない・押していない",
    "again": "回数の上限のあとで、もう一度押した",
    "closed": "終了したあとに押した",
}
MOST_TIMES = 999
_STATES = {"none": AnswerState.TAKEN} | {state.value: state for state in AnswerState}


@condition
class TapCondition(ConditionKind):
    name = "tap"
    label = "ボタンや選択肢"
    icon = "hand-stop"
    group = "行動"
    order = 60

    def parse(self, session: Session, values: Values) -> Data:
        owner, _, rest = values.one("what").partition(":")
        row_id, _, code = rest.partition(":")
        if not _is_known(session, owner, row_id, code):
            raise DomainError("ボタンや選択肢を選んでください。", "what")
        how = values.chosen("how", HOWS, "選んだかどうかを選んでください。")
        days = values.number("days", "日数", least=0, most=MOST_DAYS) if values.one("days").strip() else None
        times = values.number("times", "回数", least=1, most=MOST_TIMES) if values.one("times").strip() else 1
        kept = {"owner": owner, "owner_id": int(row_id), "code": code, "how": how, "days": days}
        return kept | ({"times": times} if times > 1 else {})

    def values(self, data: Data) -> dict[str, list[str]]:
        what = f"{data['owner']}:{data['owner_id']}" + (f":{data['code']}" if data["code"] else "")
        return super().values({"what": what, **{name: data.get(name) for name in ("how", "days", "times")}})

    def sentence(self, session: Session, data: Data) -> str:
        owner = taps.owners[data["owner"]]
        name = mentions.names(session, owner.mentioned_as, [data["owner_id"]])[str(data["owner_id"])]
        labels = mentions.names(session, taps.TARGET, [data["code"]]) if data["code"] else {}
        what = f"の「{labels[data['code']]}」を" if labels else "のどれかを"
        days = "" if data["days"] is None else f"{data['days']}日以内に"
        times = f"{data['times']}回以上" if "times" in data else ""
        how = {"taken": owner.done, "none": owner.undone}.get(data["how"], HOWS[data["how"]])
        return f"{owner.noun}「{name}」{what}{days}{times}{how}"

    def options(self, session: Session) -> dict[str, Any]:
        return {"groups": _groups(session), "hows": HOWS}

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        owner = taps.owners[data["owner"]].mentioned_as, data["owner_id"]
        return [owner, (taps.TARGET, data["code"])] if data["code"] else [owner]

    def compile(self, session: Session, data: Data, moment: Moment) -> sa.ColumnElement[bool]:
        mine = [
            TapAnswer.owner == data["owner"],
            TapAnswer.owner_id == data["owner_id"],
            TapAnswer.state == _STATES[data["how"]],
        ]
        if data["code"]:
            mine.append(TapAnswer.tap_id.in_(sa.select(Tap.id).where(Tap.code == data["code"])))
        if data["days"] is not None:
            today = moment.now.astimezone(moment.zone).date()
            mine.append(TapAnswer.at >= beginning(today - timedelta(days=data["days"]), moment))
        did = _often(data["times"], mine) if "times" in data else _ever(data["how"], mine)
        return sa.not_(did) if data["how"] == "none" else did


def _ever(how: str, mine: Sequence[sa.ColumnElement[bool]]) -> sa.ColumnElement[bool]:
    if how == "none":  # it is negated, and databases take NOT EXISTS quicker than NOT IN
        return sa.exists().where(TapAnswer.friend_id == Friend.id, *mine)
    return Friend.id.in_(sa.select(TapAnswer.friend_id).where(*mine))


def _often(times: int, mine: Sequence[sa.ColumnElement[bool]]) -> sa.ColumnElement[bool]:
    counted = sa.select(sa.func.count()).select_from(TapAnswer).where(TapAnswer.friend_id == Friend.id, *mine)
    return counted.correlate(Friend).scalar_subquery() >= times


def _is_known(session: Session, owner: str, row_id: str, code: str) -> bool:
    if owner not in taps.owners or not row_id.isascii() or not row_id.isdecimal() or len(row_id) > 12:
        return False
    mine = sa.select(Tap.id).where(Tap.owner == owner, Tap.owner_id == int(row_id))
    return session.scalar(mine.where(Tap.code == code if code else sa.true()).limit(1)) is not None


def _groups(session: Session) -> list[tuple[str, list[tuple[str, str]]]]:
    """Below the name of each message: any of its choices, then each of them; no message that is deleted."""
    counted = sa.or_(Tap.is_counted, sa.exists().where(TapAnswer.tap_id == Tap.id))
    order = (Tap.owner_name, Tap.owner, Tap.owner_id, Tap.is_live.desc(), Tap.position, Tap.id)
    found = session.scalars(sa.select(Tap).where(counted).order_by(*order)).all()
    groups = [list(group) for _, group in groupby(found, lambda tap: (tap.owner, tap.owner_id))]
    return [(group[0].owner_name, _offered(group)) for group in groups if group[0].is_live]


def _offered(found: list[Tap]) -> list[tuple[str, str]]:
    any_of_them = f"{found[0].owner}:{found[0].owner_id}"
    each = [
        (f"{any_of_them}:{tap.code}", tap.label if tap.is_live else f"{tap.label}（今はありません）") for tap in found
    ]
    return [(any_of_them, f"{found[0].owner_name}のどれか"), *each]
