"""Who is to see which menu: wishes, the default, periods, and what is said and counted of it. LINE is not asked."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import actions, agenda, batches, greetings, intake, rehearsals, rich_menus, segments
from lstep_lite.engine.actions import SetDraft, saved
from lstep_lite.engine.friends.audience import Audience
from lstep_lite.engine.rehearsals import ArrivalBegin, Imagined, Setting
from lstep_lite.engine.rich_menus import modes, periods, showing
from lstep_lite.engine.rich_menus.periods import Period
from lstep_lite.engine.rich_menus.showing import comparing, defaults, events
from lstep_lite.engine.rows import Values
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    BatchMember,
    Friend,
    FriendMenu,
    GreetingKind,
    MemberState,
    MenuMode,
    MenuOrigin,
    MenuTab,
    Notification,
    RichMenu,
    TimelineEntry,
)
from tests.factories import NOW, a_friend, a_menu_tab, a_rich_menu, a_shown_menu, a_staff, an_action, an_event

HOUR = timedelta(hours=1)


def show(session: Session, friend: Friend, menu: RichMenu | None, **over: Any) -> str:
    values = {"origin": MenuOrigin.STAFF, "now": NOW}
    return showing.show(session, friend, menu.id if menu else None, **values | over)


def row_of(session: Session, friend: Friend) -> FriendMenu:
    return session.get_one(FriendMenu, friend.id, populate_existing=True)


def sees(session: Session, friend: Friend, now: datetime = NOW) -> str | None:
    menu = showing.current(session, friend, now).menu
    return menu.name if menu else None


def told(session: Session, friend: Friend) -> FriendMenu:
    """As if LINE had been told what the friend is to see."""
    row = row_of(session, friend)
    menu_id = periods.lineup(session, NOW).own(row.menu_id)
    tab = session.scalars(rich_menus.live_tabs(menu_id)).first() if menu_id else None
    row.linked_id, row.tab_id = (tab.line_menu_id, tab.id) if tab else (None, None)
    row.due_at = None
    session.flush()
    return row


def compare(database: Database, session: Session, now: datetime = NOW) -> None:
    session.commit()
    while comparing.compare_due(database, now=now, wall=now):
        pass
    session.expire_all()


def a_default(session: Session, **over: Any) -> RichMenu:
    menu = a_shown_menu(session, a_menu_tab("予約"), a_menu_tab("地図", label="アクセス"), name="いつもの", **over)
    defaults.set_default(session, menu, now=NOW)
    return menu


# Wishes --------------------------------------------------------------------------------------------------------------


def test_a_menu_shown_by_hand_is_due_at_line_and_stands_on_the_timeline(session: Session) -> None:
    friend, menu, staff = a_friend(session), a_shown_menu(session, name="会員"), a_staff(session)
    a_default(session)
    assert sees(session, friend) == "いつもの"

    assert show(session, friend, menu, staff_id=staff.id) == "リッチメニューを「会員」に変えました。"

    row = row_of(session, friend)
    assert (row.menu_id, row.origin, row.linked_id, row.due_at) == (menu.id, MenuOrigin.STAFF, None, modes.AT_ONCE)
    entry = session.scalars(sa.select(TimelineEntry).where(TimelineEntry.friend_id == friend.id)).one()
    assert (entry.kind, entry.facts) == (showing.KIND, {"label": "会員", "staff_id": staff.id})
    found = showing.current(session, friend, NOW)
    assert (found.menu, found.origin, found.since, found.is_told) == (menu, MenuOrigin.STAFF, NOW, False)
    assert found.tab is not None and found.tab.code == menu.document["tabs"][0]["id"]


def test_the_same_menu_again_asks_nothing_of_line_and_going_back_does(session: Session) -> None:
    friend, menu = a_friend(session), a_shown_menu(session, name="会員")
    show(session, friend, menu)
    revision = told(session, friend).revision

    with pytest.raises(showing.NotShown, match="すでに「会員」を表示しています"):
        show(session, friend, menu)
    assert (row_of(session, friend).revision, row_of(session, friend).due_at) == (revision, None)

    show(session, friend, None)
    assert row_of(session, friend).due_at is not None
    with pytest.raises(showing.NotShown, match="既定のリッチメニュー"):
        show(session, a_friend(session), None)


def test_what_line_was_not_told_yet_is_told_whatever_is_wanted_next(session: Session) -> None:
    """A request for the one in between may have been accepted before its worker died."""
    friend, menu, other = a_friend(session), a_shown_menu(session), a_shown_menu(session)
    show(session, friend, menu)
    told(session, friend)
    show(session, friend, other)
    show(session, friend, menu)
    assert row_of(session, friend).due_at is not None


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"line_user_id": None}, "LINEの友だちではない"),
        ({"is_following": False}, "ブロック"),
        ({"is_blocked": True}, "ブロック"),
    ],
)
def test_who_sees_no_menu_is_given_none(session: Session, over: dict[str, Any], words: str) -> None:
    friend = a_friend(session, **over)
    with pytest.raises(showing.NotShown, match=words):
        show(session, friend, a_shown_menu(session))
    assert session.get(FriendMenu, friend.id) is None


def test_a_menu_that_is_not_published_waits_behind_the_default_and_says_why(session: Session) -> None:
    friend, draft = a_friend(session), a_rich_menu(session, name="準備中")
    a_default(session)
    assert "まだ公開していません" in show(session, friend, draft)

    found = showing.current(session, friend, NOW)
    assert (found.menu and found.menu.name, found.wanted, found.why_not) == (
        "いつもの",
        draft,
        "メニューをまだ公開していません",
    )
    assert row_of(session, friend).due_at is None, "there is nothing to tell LINE"


def test_when_it_goes_live_those_who_waited_for_it_are_due_and_nobody_else(
    database: Database, session: Session
) -> None:
    waiting, other = a_friend(session), a_friend(session)
    menu, draft = a_shown_menu(session), a_rich_menu(session)
    show(session, waiting, draft)
    show(session, other, menu)
    told(session, other)
    draft.live_revision = 1
    periods.look_again(session, now=NOW)
    compare(database, session)
    assert row_of(session, waiting).due_at == modes.AFTERWARDS
    assert row_of(session, other).due_at is None


# The default, and periods --------------------------------------------------------------------------------------------


def test_another_default_is_told_line_and_who_chose_a_tab_of_the_old_one_loses_it(
    database: Database, session: Session
) -> None:
    """Tapping a tab made LINE show it to them as their own."""
    first, second = a_default(session), a_shown_menu(session)
    switcher, member = a_friend(session), a_friend(session)
    switch(session, switcher, first, 1)
    show(session, member, first)
    told(session, member)
    row = row_of(session, switcher)
    assert (row.menu_id, row.origin, row.due_at) == (None, MenuOrigin.CUSTOMER, None)

    compare(database, session)
    assert row_of(session, switcher).due_at is None, "they stay on their tab"
    defaults.set_default(session, second, now=NOW)
    compare(database, session)

    assert row_of(session, switcher).due_at is not None
    assert row_of(session, member).due_at is None
    assert modes.settings(session).default_due_at == modes.AT_ONCE
    assert defaults.line_id_wanted(session, NOW) == rich_menus.tabs_of(session, second)[0].aliased_line_id


def test_a_menu_is_shown_in_its_period_and_followed_by_the_next_one(session: Session) -> None:
    friend, after = a_friend(session), a_shown_menu(session, name="あとの")
    menu = a_shown_menu(session, name="春の")
    a_default(session)
    period = Period(NOW + HOUR, NOW + 3 * HOUR, next_menu_id=after.id)
    periods.set_period(session, menu, period, now=NOW)
    assert menu.period_due_at == NOW + HOUR
    assert "期間の前" in show(session, friend, menu)
    moments = (NOW, NOW + HOUR, NOW + 3 * HOUR - timedelta(seconds=1), NOW + 3 * HOUR)
    assert [sees(session, friend, at) for at in moments] == ["いつもの", "春の", "春の", "あとの"]


def test_a_default_for_a_while_comes_and_goes_by_itself(database: Database, session: Session) -> None:
    """The worker stops at both ends; whoever sees the default is switched with LINE's own."""
    usual, sale = a_default(session), a_shown_menu(session, name="セール")
    periods.set_period(session, sale, Period(NOW + HOUR, NOW + 2 * HOUR, is_default_meanwhile=True), now=NOW)
    modes.locked(session).default_due_at = None
    session.commit()
    for at, wanted, due_at in ((NOW + HOUR, sale, NOW + 2 * HOUR), (NOW + 2 * HOUR, usual, None)):
        assert agenda.whole(session, now=at - timedelta(seconds=1), wall=NOW).next_due == at
        assert not periods.switch_due(database, now=at, wall=NOW)
        session.expire_all()
        assert defaults.line_id_wanted(session, at) == rich_menus.tabs_of(session, wanted)[0].aliased_line_id
        kept = modes.settings(session)
        assert (sale.period_due_at, kept.default_due_at, kept.friends_cursor) == (due_at, modes.AT_ONCE, 0)
        modes.locked(session).default_due_at = None
        session.commit()


def test_menus_that_follow_each_other_in_a_circle_end_in_the_default(session: Session) -> None:
    one, other, friend = a_shown_menu(session), a_shown_menu(session), a_friend(session)
    a_default(session)
    for menu, after in ((one, other), (other, one)):
        periods.set_period(session, menu, Period(None, NOW, next_menu_id=after.id), now=NOW)
    show(session, friend, one)
    assert sees(session, friend) == "いつもの"


@pytest.mark.parametrize(
    ("period", "field"),
    [
        (Period(NOW, NOW), "shows_until"),
        (Period(NOW, None, is_default_meanwhile=True), "shows_until"),
        (Period(NOW, NOW + HOUR, next_menu_id=999_999), "next_menu_id"),
    ],
)
def test_periods_that_can_not_be_are_refused(session: Session, period: Period, field: str) -> None:
    with pytest.raises(DomainError) as refused:
        periods.set_period(session, a_rich_menu(session), period, now=NOW)
    assert refused.value.field == field


def test_who_is_to_see_a_deleted_menu_sees_the_default(database: Database, session: Session) -> None:
    friend, menu = a_friend(session), a_shown_menu(session)
    a_default(session)
    show(session, friend, menu)
    told(session, friend)
    rich_menus.delete(session, menu, now=NOW)
    compare(database, session)
    assert (sees(session, friend), row_of(session, friend).due_at) == ("いつもの", modes.AFTERWARDS)


# What friends do -----------------------------------------------------------------------------------------------------


def receive(database: Database, session: Session, *events: dict[str, Any]) -> None:
    session.commit()
    with database.unit() as unit:
        intake.store(unit, {"destination": "U", "events": list(events)}, now=NOW)
    assert intake.process_due(database, now=NOW, wall=NOW, limit=10) == len(events)
    session.expire_all()


def switch(session: Session, friend: Friend, menu: RichMenu, place: int) -> MenuTab:
    tab = rich_menus.tabs_of(session, menu)[place]
    assert (
        events.switched(session, friend, tab.alias, NOW) == f"リッチメニューのタブ「{tab.label}」に切り替わりました。"
    )
    return tab


def a_switch(friend: Friend, alias: str, status: str = "SUCCESS") -> dict[str, Any]:
    postback = {"data": "x", "params": {"newRichMenuAliasId": alias, "status": status}}
    return an_event("postback", friend.line_user_id or "", postback=postback)


def test_a_tab_that_a_friend_switched_to_is_known(database: Database, session: Session) -> None:
    friend, menu = a_friend(session), a_default(session)
    first, second = rich_menus.tabs_of(session, menu)
    receive(database, session, a_switch(friend, second.alias))
    row = row_of(session, friend)
    assert (row.linked_id, row.tab_id, row.due_at) == (second.line_menu_id, second.id, None)
    assert showing.current(session, friend, NOW).tab == second
    receive(database, session, a_switch(friend, first.alias))
    assert row_of(session, friend).tab_id == first.id


def test_a_tab_of_a_menu_that_should_be_gone_is_put_right(session: Session) -> None:
    """It was still on the screen when they tapped."""
    friend, old, new = a_friend(session), a_default(session), a_shown_menu(session)
    show(session, friend, new)
    told(session, friend)
    switch(session, friend, old, 1)
    assert row_of(session, friend).due_at is not None


def test_a_tab_that_was_taken_out_is_put_right(session: Session) -> None:
    friend, menu = a_friend(session), a_default(session)
    tab = rich_menus.tabs_of(session, menu)[1]
    tab.is_live, tab.line_menu_id = False, None
    assert events.switched(session, friend, tab.alias, NOW)
    assert (row_of(session, friend).linked_id, row_of(session, friend).due_at) == (None, modes.AT_ONCE)


def test_a_switch_that_failed_is_told_staff_once_a_day(database: Database, session: Session) -> None:
    friends = [a_friend(session), a_friend(session)]
    receive(database, session, *(a_switch(friend, "gone", "RICHMENU_ALIAS_ID_NOTFOUND") for friend in friends))
    told_of = session.scalars(sa.select(Notification).where(Notification.kind == "rich_menu.switch_failed")).all()
    assert len(told_of) == 1
    assert session.scalars(sa.select(FriendMenu)).all() == []


def test_coming_back_makes_the_menu_due_again(database: Database, session: Session) -> None:
    friend, menu = a_friend(session), a_shown_menu(session)
    show(session, friend, menu)
    told(session, friend)
    gone = an_event("unfollow", friend.line_user_id or "", at=NOW + HOUR)
    back = an_event("follow", friend.line_user_id or "", at=NOW + 2 * HOUR, follow={"isUnblocked": True})
    receive(database, session, gone, back)
    row = row_of(session, friend)
    assert (row.menu_id, row.linked_id, row.due_at) == (menu.id, None, modes.AT_ONCE)


# Asking --------------------------------------------------------------------------------------------------------------


def test_numbers_and_conditions_say_who_sees_what(session: Session) -> None:
    default, member, draft = a_default(session), a_shown_menu(session), a_rich_menu(session)
    usual, shown, waiting, away = (a_friend(session) for _ in range(4))
    show(session, shown, member)
    show(session, waiting, draft)
    show(session, away, member)
    away.is_following = False
    second = switch(session, usual, default, 1)
    first = rich_menus.tabs_of(session, default)[0]

    def found(**data: Any) -> set[int]:
        tree = {"all": [{"id": "c", "kind": "rich_menu", "data": data}], "any": []}
        return set(session.scalars(sa.select(Friend.id).where(segments.listed(session, tree, now=NOW))))

    assert showing.counts(session, NOW) == {default.id: 2, member.id: 1}
    assert found(menu_id=default.id, how="shown") == {usual.id, waiting.id}
    assert found(menu_id=member.id, how="shown") == {shown.id}
    assert found(menu_id=member.id, how="not_shown") == {usual.id, waiting.id}
    assert found(menu_id=draft.id, how="shown") == set()
    assert found(menu_id=default.id, how="tab", code=second.code) == {usual.id}
    assert found(menu_id=default.id, how="tab", code=first.code) == {waiting.id}
    assert found(menu_id=default.id, how="tab", code="gone") == set()


def test_what_is_typed_into_the_condition_reads_back(session: Session) -> None:
    menu = a_default(session)
    tab = rich_menus.tabs_of(session, menu)[1]
    kind = segments.kinds["rich_menu"]
    for typed in ({"how": "shown"}, {"how": "tab", "code": tab.code}):
        values = Values({name: [str(value)] for name, value in ({"menu_id": menu.id} | typed).items()})
        assert kind.parse(session, values) == {"menu_id": menu.id} | typed
    assert kind.sentence(session, {"menu_id": menu.id, "how": "tab", "code": tab.code}) == (
        "リッチメニュー「いつもの」のタブ「アクセス」を表示している"
    )


# Action sets and batches ---------------------------------------------------------------------------------------------


def step(menu: RichMenu | None) -> dict[str, Any]:
    return {"kind": "rich_menu", "data": {"way": "show", "menu_id": menu.id} if menu else {"way": "reset"}}


def run(session: Session, friend: Friend, *menus: RichMenu | None) -> list[tuple[str, str]]:
    action_set = saved.set_of(session, an_action(session, *map(step, menus)))
    assert action_set is not None
    ran = actions.run(session, action_set, friend, actions.Trigger("t", NOW))
    return [(outcome["state"], outcome["text"]) for outcome in ran.results] if ran else []


def test_an_action_set_shows_a_menu_and_takes_it_back(session: Session) -> None:
    friend, menu = a_friend(session), a_shown_menu(session, name="会員")
    assert run(session, friend, menu, menu, None) == [
        ("done", "リッチメニューを「会員」に変えました。"),
        ("skipped", "「リッチメニュー「会員」を表示する」を飛ばしました：すでに「会員」を表示しています。"),
        ("done", "リッチメニューを既定に戻しました。"),
    ]
    assert row_of(session, friend).origin is MenuOrigin.ACTION


def test_an_action_set_leaves_menus_alone_while_rules_decide(session: Session) -> None:
    friend = a_friend(session)
    modes.locked(session).mode = MenuMode.RULES
    [(state, text)] = run(session, friend, a_shown_menu(session))
    assert state == "skipped" and "ルールで切り替える設定のため" in text
    assert session.get(FriendMenu, friend.id) is None


def test_a_dry_run_says_what_would_be_shown_and_leaves_nothing(session: Session) -> None:
    friend, menu = a_friend(session), a_shown_menu(session, name="会員")
    draft = actions.draft(saved.set_of(session, an_action(session, step(menu))), saved.PLACE)
    tried = actions.try_out(session, saved.PLACE, draft, friend, now=NOW)
    assert tried.root is not None
    assert [outcome["text"] for outcome in tried.root.outcomes] == ["リッチメニューを「会員」に変えました。"]
    assert session.get(FriendMenu, friend.id) is None


def test_a_rehearsal_tells_of_the_menu_and_leaves_nothing(session: Session) -> None:
    menu = a_shown_menu(session, name="会員")
    steps = SetDraft([step(menu) | {"id": "s", "segment": None}], True)
    blocks = [{"kind": "text", "text": "ようこそ"}]
    greetings.save(session, GreetingKind.NEW, is_on=True, blocks=blocks, steps=steps, now=NOW)
    setting = Setting(NOW, NOW + HOUR, "https://demo.lstep.invalid", is_answer=True)
    film = rehearsals.play(session, Imagined(), ArrivalBegin(GreetingKind.NEW), setting, now=NOW)
    told_of = [text for scene in film.scenes for note in scene.notes for _, text in note.results]
    assert "リッチメニューを「会員」に変えました。" in told_of
    assert session.scalars(sa.select(FriendMenu)).all() == []


def test_a_batch_shows_many_friends_a_menu_in_a_few_statements(database: Database, session: Session) -> None:
    friends = [a_friend(session) for _ in range(5)]
    menu, away = a_shown_menu(session, name="会員"), a_friend(session, is_following=False)
    show(session, friends[0], menu)
    told(session, friends[0])
    audience = Audience(ids=[friend.id for friend in [*friends, away]])
    values = {"params": {"menu_id": menu.id}, "audience": audience, "dedupe_key": "b", "staff_id": None}
    batch = batches.start(session, "rich_menus.show", label="変える", now=NOW, **values)
    session.commit()
    while batches.work(database, now=NOW, wall=NOW):
        pass
    session.expire_all()
    notes = {row[0]: row[1] for row in session.execute(sa.select(BatchMember.friend_id, BatchMember.note))}
    assert batch.done == 4 and notes[friends[0].id] == "すでに「会員」を表示しています。"
    assert notes[away.id] == "LINEの友だちではないか、ブロックされています。"
    states = sa.select(BatchMember.state).where(BatchMember.friend_id == friends[1].id)
    assert session.scalar(states) is MemberState.DONE
    due = sa.select(sa.func.count()).select_from(FriendMenu).where(FriendMenu.due_at == modes.AFTERWARDS)
    assert session.scalar(due) == 4
