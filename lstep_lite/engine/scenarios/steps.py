"""Editing the steps of a scenario: always those of its draft, by their codes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import actions, mentions, segments, sequences, studio
from lstep_lite.engine.scenarios import positions
from lstep_lite.engine.sequences import Content, Where
from lstep_lite.engine.sequences.steps import LONGEST_NAME
from lstep_lite.engine.text import checked_name
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Scenario, ScenarioMode, ScenarioStep, ScenarioVersion, Side, StepKind

PLACE = "scenarios.step"
WHERE = Where(PLACE, "scenario_steps")
MOST_DAYS = 10_000
MOST_MINUTES = MOST_DAYS * 24 * 60
MOST_STEPS = 500
_CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True)
class StepDraft:
    """What the editor of a step says. A branch has a condition, and neither messages nor actions."""

    content: Content = field(default_factory=Content)
    kind: StepKind = StepKind.MESSAGE
    within: str | None = None
    """The code of the branch in whose lane it stands."""
    side: Side | None = None
    days: int = 0
    at_time: str | None = None
    """Of clock time, "HH:MM"; None on day 0 means right after the start."""
    minutes: int = 0


def in_version(session: Session, version: ScenarioVersion) -> Sequence[ScenarioStep]:
    """The steps as staff have put them, before they are ordered by time."""
    query = sa.select(ScenarioStep).filter_by(version_id=version.id)
    return session.scalars(query.order_by(ScenarioStep.position, ScenarioStep.id)).all()


def by_code(session: Session, version: ScenarioVersion, code: str) -> ScenarioStep:
    """Raises NotFound."""
    found = session.scalar(sa.select(ScenarioStep).filter_by(version_id=version.id, code=code))
    if found is None:
        raise NotFound("このステップは見つかりませんでした。削除された可能性があります。")
    return found


def draft_of(session: Session, step: ScenarioStep) -> StepDraft:
    """What the editor shows of *step*."""
    content = sequences.content_of(session, step, WHERE)
    return StepDraft(content, step.kind, step.within, step.side, step.days, step.at_time, step.minutes)


def add(
    session: Session, scenario: Scenario, version: ScenarioVersion, draft: StepDraft, *, now: datetime
) -> ScenarioStep:
    """Raises DomainError naming the field."""
    found = in_version(session, version)
    if len(found) >= MOST_STEPS:
        raise DomainError(f"ステップは1つのシナリオに{MOST_STEPS}個までです。")
    _check(session, scenario, found, draft, code=None)
    step = _new(version, draft.kind, position=_last_position(found) + 1)
    _write(step, scenario, draft)
    session.add(step)
    _keep(session, step, draft, now)
    return step


def update(session: Session, scenario: Scenario, step: ScenarioStep, draft: StepDraft, *, now: datetime) -> None:
    """Raises DomainError naming the field. Its kind stays."""
    version = session.get_one(ScenarioVersion, step.version_id)
    _check(session, scenario, in_version(session, version), draft, code=step.code)
    _write(step, scenario, draft)
    _keep(session, step, draft, now)


def delete(session: Session, step: ScenarioStep) -> int:
    """Take it out, a branch with all that stands in its lanes; how many steps it was."""
    going = [step, *inside(session, step)]
    for each in going:
        sequences.forget(session, each, WHERE)
        session.delete(each)
    session.flush()  # the same request draws the flow
    return len(going)


def inside(session: Session, step: ScenarioStep) -> list[ScenarioStep]:
    """What stands in the lanes of a branch, and in theirs."""
    found = in_version(session, session.get_one(ScenarioVersion, step.version_id))
    return list(_below(found, step.code))


def _below(found: Sequence[ScenarioStep], code: str) -> Iterator[ScenarioStep]:
    for each in found:
        if each.within == code:
            yield each
            yield from _below(found, each.code)


def move(session: Session, scenario: Scenario, step: ScenarioStep, *, by: int) -> None:
    """Change places with the step before (*by* = -1) or after it (1) that has the same time, in the same lane.

    Raises DomainError where there is none: all other order is that of time.
    """
    version = session.get_one(ScenarioVersion, step.version_id)
    mine = positions.offset(scenario.mode, step)
    equals = [
        each
        for each in in_version(session, version)
        if (each.within, each.side) == (step.within, step.side) and positions.offset(scenario.mode, each) == mine
    ]
    place = equals.index(step) + by
    if not 0 <= place < len(equals):
        raise DomainError("入れ替えられるのは、同じ時刻のステップどうしだけです。順番は時刻で決まります。")
    other = equals[place]
    step.position, other.position = other.position, step.position
    session.flush()  # the same request draws the flow


def copy(session: Session, step: ScenarioStep, *, now: datetime) -> ScenarioStep:
    """Another one like it at the same time, right after it; a branch with all that stands in its lanes."""
    version = session.get_one(ScenarioVersion, step.version_id)
    found = in_version(session, version)
    going = [step, *_below(found, step.code)]
    if len(found) + len(going) > MOST_STEPS:
        raise DomainError(f"ステップは1つのシナリオに{MOST_STEPS}個までです。")
    _make_room(found, step, len(going))
    codes = {each.code: studio.new_code() for each in going}
    twins = [
        _twin(session, each, version, codes, step.position + number, now) for number, each in enumerate(going, start=1)
    ]
    return twins[0]


def copy_all(
    session: Session, source: ScenarioVersion, target: ScenarioVersion, *, same_codes: bool, now: datetime
) -> None:
    """The steps of *source* into *target*, which has none; as the same steps, or as others like them."""
    found = in_version(session, source)
    codes = {each.code: each.code if same_codes else studio.new_code() for each in found}
    twins = [_row_like(each, target, codes, each.position) for each in found]
    session.add_all(twins)
    session.flush()  # what they hold hangs at their ids
    hung = actions.at_many(session, PLACE, [each.id for each in found])
    for each, twin in zip(found, twins, strict=True):
        if (action_set := hung.get(str(each.id))) is not None:
            draft = replace(actions.draft(action_set, PLACE), holder=None)
            actions.keep(session, PLACE, twin.id, draft, now=now)
        mentions.write(session, WHERE.owner, twin.id, sequences.mentioned(twin.tree, twin.blocks))


def forget(session: Session, version: ScenarioVersion) -> None:
    """The version is being deleted."""
    for step in in_version(session, version):
        sequences.forget(session, step, WHERE)
        session.delete(step)
    session.flush()


def offset_in_words(mode: ScenarioMode, step: ScenarioStep) -> str:
    """「開始直後」「開始当日 14:00」「翌日 12:15」「3日後 10:00」「1日と2時間30分後」."""
    if mode is ScenarioMode.ELAPSED:
        return minutes_in_words(step.minutes)
    if step.at_time is None:
        return "開始直後"
    day = {0: "開始当日", 1: "翌日"}.get(step.days, f"{step.days:,}日後")
    return f"{day} {step.at_time}"


def minutes_in_words(minutes: int) -> str:
    """「開始直後」「10分後」「2時間後」「1日と2時間30分後」."""
    if minutes == 0:
        return "開始直後"
    days, rest = divmod(minutes, 24 * 60)
    hours, rest = divmod(rest, 60)
    clock = (f"{hours}時間" if hours else "") + (f"{rest}分" if rest else "")
    return "と".join(part for part in (f"{days:,}日" if days else "", clock) if part) + "後"


def said(mode: ScenarioMode, step: ScenarioStep) -> str:
    """As others speak of it: 「翌日 12:15「ご来店のお礼」」."""
    when = offset_in_words(mode, step)
    return f"{when}「{step.name}」" if step.name else when


# Checking and writing ------------------------------------------------------------------------------------------------


def _check(
    session: Session, scenario: Scenario, found: Sequence[ScenarioStep], draft: StepDraft, *, code: str | None
) -> None:
    _check_time(scenario.mode, draft)
    _check_lane(scenario.mode, found, draft, code)
    if draft.kind is StepKind.BRANCH and segments.is_empty(draft.content.tree):
        raise DomainError("分かれ道の条件を1つ以上入れてください。", "segment")


def _check_time(mode: ScenarioMode, draft: StepDraft) -> None:
    if mode is ScenarioMode.ELAPSED:
        if not 0 <= draft.minutes <= MOST_MINUTES:
            raise DomainError(f"開始から{MOST_DAYS:,}日後までにしてください。", "minutes")
        return
    if not 0 <= draft.days <= MOST_DAYS:
        raise DomainError(f"日数は0〜{MOST_DAYS:,}の数字で入力してください。", "days")
    if draft.at_time is None:
        if draft.days:
            raise DomainError("時刻を入力してください（例：10:00）。", "at_time")
    elif not _CLOCK_TIME.fullmatch(draft.at_time):
        raise DomainError("時刻を入力してください（例：10:00）。", "at_time")


def _check_lane(mode: ScenarioMode, found: Sequence[ScenarioStep], draft: StepDraft, code: str | None) -> None:
    if draft.within is None:
        return
    branch = next((each for each in found if each.code == draft.within), None)
    own = {code, *(each.code for each in _below(found, code))} if code else set()
    if branch is None or branch.kind is not StepKind.BRANCH or draft.side is None or branch.code in own:
        raise DomainError("分かれ道の中の場所を選び直してください。", "within")
    if _offset(mode, draft) < positions.offset(mode, branch):
        raise DomainError(
            f"分かれ道（{offset_in_words(mode, branch)}）より前の時刻です。それと同じか、後にしてください。",
            "minutes" if mode is ScenarioMode.ELAPSED else "at_time",
        )


def _offset(mode: ScenarioMode, draft: StepDraft) -> positions.Offset:
    return positions.offset(mode, ScenarioStep(days=draft.days, at_time=draft.at_time, minutes=draft.minutes))


def _new(version: ScenarioVersion, kind: StepKind, *, position: int) -> ScenarioStep:
    code = studio.new_code()
    return ScenarioStep(version_id=version.id, code=code, kind=kind, position=position, name="", blocks=[])


def _write(step: ScenarioStep, scenario: Scenario, draft: StepDraft) -> None:
    """Where and when; of a time, only what the scenario's mode goes by."""
    step.within, step.side = draft.within, draft.side if draft.within else None
    if scenario.mode is ScenarioMode.CLOCK:
        step.days, step.at_time, step.minutes = draft.days, draft.at_time, 0
    else:
        step.days, step.at_time, step.minutes = 0, None, draft.minutes


def _keep(session: Session, step: ScenarioStep, draft: StepDraft, now: datetime) -> None:
    if step.kind is StepKind.MESSAGE:
        sequences.keep(session, step, draft.content, WHERE, now=now)
        return
    step.name, step.tree = _checked_name(draft.content.name), draft.content.tree
    session.flush()  # what it mentions is written down under its id
    mentions.write(session, WHERE.owner, step.id, sequences.mentioned(step.tree, ()))


def _checked_name(typed: str) -> str:
    return checked_name(typed, LONGEST_NAME, "ステップの名前") if typed.strip() else ""


def _twin(
    session: Session,
    step: ScenarioStep,
    version: ScenarioVersion,
    codes: dict[str, str],
    position: int,
    now: datetime,
) -> ScenarioStep:
    twin = _row_like(step, version, codes, position)
    session.add(twin)
    sequences.copy(session, step, twin, WHERE, now=now)
    return twin


def _row_like(step: ScenarioStep, version: ScenarioVersion, codes: dict[str, str], position: int) -> ScenarioStep:
    """Another row like *step*, without its actions; codes outside *codes* stay as they are."""
    return ScenarioStep(
        version_id=version.id,
        code=codes[step.code],
        within=codes.get(step.within, step.within) if step.within else None,
        side=step.side,
        position=position,
        kind=step.kind,
        name=step.name,
        days=step.days,
        at_time=step.at_time,
        minutes=step.minutes,
        tree=step.tree,
        blocks=list(step.blocks),
    )


def _make_room(found: Sequence[ScenarioStep], step: ScenarioStep, count: int) -> None:
    for each in found:
        if each.position > step.position:
            each.position += count


def _last_position(found: Sequence[ScenarioStep]) -> int:
    return max((each.position for each in found), default=0)
