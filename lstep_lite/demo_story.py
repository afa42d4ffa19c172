"""The demo salon's automation: what a first look finds at work behind the answers. Demo mode only.

Whoever asks about bookings and about prices gets a tag for each and points for each tag; enough points change the mark
and tell the staff. Cards that were made from designs answer, thank and congratulate.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import actions, auto_replies, fields, marks, schedules, scores, segments, tags
from lstep_lite.engine.actions import SetDraft, saved
from lstep_lite.engine.actions.saved import ActionDraft
from lstep_lite.engine.auto_replies import AutoReplyDraft, Keyword
from lstep_lite.engine.auto_replies.rules import PLACE
from lstep_lite.engine.fields import FieldDraft, OptionDraft
from lstep_lite.engine.messages import designs, templates
from lstep_lite.engine.messages.templates import TemplateDraft
from lstep_lite.engine.schedules import BIRTHDAY, Plan, ScheduleDraft
from lstep_lite.engine.scores import ScoreDraft, ThresholdDraft
from lstep_lite.engine.segments import SegmentDraft
from lstep_lite.engine.tags import TagDraft
from lstep_lite.models import Basis, Color, Direction, FieldType, Mark, Pattern, Score, Tag, Template

FOLLOW_UP = "要フォロー"
MENUS = ("カット", "カラー", "パーマ", "トリートメント")
INTERESTED = (("予約", "予約の相談", Color.ORANGE, 5), ("料金", "料金が気になる", Color.BLUE, 3))
"""Automatic answer, the tag it attaches, its colour, and the points for it."""
ENOUGH_POINTS = 8
HINT = "[name]さんが、予約と料金の両方をたずねています。声をかけてみましょう。"
THANKS = "[name]さん、先日はご来店ありがとうございました。気になる点があれば、いつでもこのトークで教えてください。"
BIRTHDAY_WISHES = "[name]さん、お誕生日おめでとうございます🎂\n今月中のご来店で、トリートメントをプレゼントします。"


def tell(session: Session, *, now: datetime) -> None:
    """Add it to the salon that `demo.seed` has just made."""
    marks.create_samples(session, now=now)
    for name, color in (("VIP", Color.PURPLE), ("リピーター", Color.GREEN)):
        tags.create(session, TagDraft(name, color, is_favourite=True), now=now)
    menus = [OptionDraft(name) for name in MENUS]
    fields.create(session, FieldDraft("お気に入りのメニュー", options=menus), FieldType.CHOICES, now=now)
    fields.create(session, FieldDraft("前回の来店日"), FieldType.DATE, now=now)
    _answer_with_prices(session, now)
    _watch_interest(session, now)
    thanks = SetDraft([_text(THANKS), _card(_made(session, "survey", "ご来店アンケート", now))], repeats=True)
    saved.create(session, ActionDraft("ご来店のお礼", thanks), now=now)
    schedules.create(session, _birthdays(_made(session, "coupon", "10%OFFクーポン", now)), now=now)
    segments.create(session, SegmentDraft("30日より長くメッセージのない方", _quiet()), now=now)


def _watch_interest(session: Session, now: datetime) -> None:
    score = scores.create(session, ScoreDraft("来店したい気持ち"), now=now)
    [mark] = [mark for mark in marks.in_order(session) if mark.name == FOLLOW_UP]
    threshold = ThresholdDraft(Basis.TOTAL, Direction.UP, ENOUGH_POINTS, _follow_up(mark))
    scores.add_threshold(session, score, threshold, now=now)
    rules = {rule.name: rule for rule in auto_replies.in_order(session)}
    for rule_name, tag_name, color, points in INTERESTED:
        tag = tags.create(session, TagDraft(tag_name, color), now=now)
        tags.keep_actions(session, tag, attached=_add_points(score, points), full=SetDraft(), now=now)
        actions.keep(session, PLACE, rules[rule_name].id, _attach(tag), now=now)


def _attach(tag: Tag) -> SetDraft:
    return SetDraft([_step("tags", {"way": "attach", "tag_ids": [tag.id]})], repeats=True)


def _add_points(score: Score, points: int) -> SetDraft:
    return SetDraft([_step("score", {"score_id": score.id, "way": "add", "points": points})])


def _follow_up(mark: Mark) -> SetDraft:
    steps = [_step("mark", {"mark_id": mark.id}), _step("notify", {"text": HINT, "staff_ids": []})]
    return SetDraft(steps, repeats=True)


def _answer_with_prices(session: Session, now: datetime) -> None:
    """Whoever asks for prices gets the card with all of them as well."""
    menu = _made(session, "menu", "メニューと料金", now)
    [rule] = [rule for rule in auto_replies.in_order(session) if rule.name == "料金"]
    blocks = [*rule.blocks, {"kind": "template", "template_id": menu.id}]
    keywords = [Keyword(word["text"]) for word in rule.keywords]
    auto_replies.update(session, rule, AutoReplyDraft(rule.name, rule.matching, blocks, keywords), now=now)


def _made(session: Session, design: str, name: str, now: datetime) -> Template:
    draft = TemplateDraft(name, designs.document(session, designs.get(design), now=now))
    return templates.create(session, "flex", draft, now=now)


def _birthdays(coupon: Template) -> ScheduleDraft:
    plan = Plan(Pattern.DATE_FIELD, "10:00", {"target": BIRTHDAY, "days": 0, "yearly": True})
    wishes = SetDraft([_text(BIRTHDAY_WISHES), _card(coupon)], repeats=True)
    return ScheduleDraft("誕生日のお祝い", plan, is_on=True, actions=wishes)


def _quiet() -> segments.Tree:
    return {"all": [{"id": "quiet", "kind": "last_message", "data": {"how": "older", "days": 30}}], "any": []}


def _text(words: str) -> dict[str, Any]:
    return _step("send_text", {"text": words, "when": "now"})


def _card(template: Template) -> dict[str, Any]:
    return _step("send_template", {"template_id": template.id, "sender_id": None, "when": "now"})


def _step(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"id": kind, "kind": kind, "data": data, "segment": None}
