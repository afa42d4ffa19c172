"""The demo salon's rich menus: one with two tabs for everybody, another one for members. Demo mode only.

Who sends 「会員登録」 becomes a member: the tag brings the other menu. Some buttons answer by themselves.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import actions, auto_replies, rich_menus, tags, taps
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.auto_replies import AutoReplyDraft, Keyword
from lstep_lite.engine.auto_replies.rules import PLACE
from lstep_lite.engine.rich_menus import Draft, designs, modes, publishing
from lstep_lite.engine.studio import Data, fresh_inputs
from lstep_lite.engine.tags import TagDraft
from lstep_lite.engine.taps import Where
from lstep_lite.engine.taps.registry import behaviours
from lstep_lite.models import Color, Matching, RichMenu

EVERYBODY, MEMBERS = "サロン花のメニュー", "会員さまのメニュー"
MEMBER = "会員"
JOIN = "会員登録"
WELCOME = "[name]さん、会員登録ありがとうございます🌸\n下のメニューが、会員さま専用に変わりました。"
ANSWERS = {
    "コース・料金": (
        "主なメニューの料金です。\n・カット 5,500円\n・カラー 7,700円〜\n・トリートメント 3,300円〜\n（すべて税込）"
    ),
    "アクセス": "花町駅の東口から歩いて3分、花ビルの2階です。\n駐車場は2台分あります。",
    "会員さま特典": "「会員登録」と送っていただくと、その場で会員さま専用のメニューに変わります。",
}
"""What some buttons answer, by the words on them."""


def tell(session: Session, *, now: datetime) -> None:
    """Add them, as drafts, to the salon that `demo_story.tell` has furnished."""
    menu = _create(session, EVERYBODY, "salon_elegant", now)
    members = _create(session, MEMBERS, "salon_night", now)
    modes.locked(session).default_menu_id = menu.id
    tag = tags.create(session, TagDraft(MEMBER, Color.PURPLE), now=now)
    shown = SetDraft([_step("rich_menu", {"way": "show", "menu_id": members.id})], repeats=True)
    tags.keep_actions(session, tag, attached=shown, full=SetDraft(), now=now)
    blocks = [{"kind": "text", "text": WELCOME}]
    rule = auto_replies.create(session, AutoReplyDraft(JOIN, Matching.KEYWORDS, blocks, [Keyword(JOIN)]), now=now)
    joined = SetDraft([_step("tags", {"way": "attach", "tag_ids": [tag.id]})], repeats=True)
    actions.keep(session, PLACE, rule.id, joined, now=now)


def publish(session: Session, *, now: datetime) -> None:
    """The shop is connected: bring to LINE what is there. Another shop has none."""
    for menu in rich_menus.in_order(session):
        publishing.request(session, menu, staff_id=None, now=now)


def _create(session: Session, name: str, design: str, now: datetime) -> RichMenu:
    document = designs.document(design)
    for placed in taps.placed(rich_menus.INPUTS, document):
        if placed.label in ANSWERS:
            _let_answer(placed.tap, ANSWERS[placed.label])
    return rich_menus.create(session, Draft(name, "メニュー", True, document), now=now)


def _let_answer(tap: Data, words: str) -> None:
    code = tap["id"]
    tap.clear()
    tap |= {
        "id": code,
        "do": "actions",
        **fresh_inputs(behaviours["actions"].inputs_at(Where.RICH_MENU)),
        "reply": words,
    }


def _step(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": kind, "kind": kind, "data": dict(data), "segment": None}
