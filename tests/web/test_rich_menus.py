"""Rich menus on screen: the list, the editor, publishing, and who sees which."""

import io
import json
from copy import deepcopy
from datetime import timedelta

import pytest
import sqlalchemy as sa
from PIL import Image

from lstep_lite.engine import rich_menus, studio
from lstep_lite.engine.rich_menus.showing import defaults, rules
from lstep_lite.models import (
    ChangedBy,
    Channel,
    FriendTag,
    MenuMode,
    MenuRule,
    MenuSettings,
    Publication,
    PublicationState,
    PublicationStep,
    RichMenu,
    Role,
)
from tests.factories import NOW, a_friend, a_live_menu, a_menu_tab, a_publication, a_rich_menu, a_staff, a_tag
from tests.web.conftest import browser_of, regions

CHANNEL = {
    "messaging_channel_id": "1600000001",
    "messaging_secret": "sealed",
    "login_channel_id": "2000000001",
    "login_secret": "sealed",
    "basic_id": "@123abcde",
    "display_name": "サロン花",
    "connected_at": NOW,
}


@pytest.fixture
def menu(session, owner):
    made = a_rich_menu(session, a_menu_tab("予約したい", "地図"), name="いつものメニュー")
    session.commit()
    return made


@pytest.fixture
def connected(session):
    session.add(Channel(id=1, **CHANNEL))
    session.commit()


@pytest.fixture
def live(session, owner):
    made = a_live_menu(session, a_menu_tab("予約したい"), name="会員メニュー")
    session.commit()
    return made


def posted(menu, **over):
    """The form as the editor posts it."""
    form = {"name": menu.name, "folder_id": "0", "chat_bar_text": menu.chat_bar_text, "is_open": "y"}
    document = over.pop("document", menu.document)
    return form | {"document": json.dumps(document)} | over


def seen(page, menu):
    """What the editor carries to notice other people's changes."""
    return page(f"/rich-menus/{menu.id}/edit").select_one("[name=seen]")["value"]


# The list and the editor ---------------------------------------------------------------------------------------------


def test_an_empty_list_leads_to_the_designs(page, owner):
    assert page("/rich-menus").select_one(".empty a")["href"] == "/rich-menus/new"


def test_the_list_says_how_each_menu_stands_and_costs_the_same_for_many(page, session, menu, live, count_queries):
    a_friend(session)
    session.commit()
    rows = page("/rich-menus").select("tbody tr")
    assert ["下書き" in rows[0].get_text(), "公開中" in rows[1].get_text()] == [True, True]
    assert "0人" in rows[1].get_text()
    with count_queries() as few:
        page("/rich-menus")
    for _ in range(30):
        a_rich_menu(session)
    session.commit()
    with count_queries() as many:
        soup = page("/rich-menus")
    assert len(soup.select("tbody tr")) == 30
    assert len(many) == len(few) <= 16
    assert len(page("/rich-menus?q=ｲﾂﾓﾉ").select("tbody tr")) == 1


def test_a_menu_is_kept_as_a_draft(htmx, page, session, owner):
    document = studio.fresh(rich_menus.INPUTS) | {"tabs": [a_menu_tab("予約したい")]}
    page("/rich-menus/editor")
    form = {"name": "春", "folder_id": "0", "chat_bar_text": "🌸メニュー", "document": json.dumps(document)}
    answer = htmx("/rich-menus", form)
    made = session.scalars(sa.select(RichMenu)).one()
    assert answer.headers["HX-Redirect"] == f"/rich-menus/{made.id}/edit"
    assert (made.chat_bar_text, made.is_open, made.live_revision) == ("🌸メニュー", False, None)


def test_saving_on_the_way_to_publishing_leads_to_the_question(htmx, page, session, menu):
    form = posted(menu, name="新しい名前", then="publish", seen=seen(page, menu))
    answer = htmx(f"/rich-menus/{menu.id}", form)
    assert answer.headers["HX-Redirect"] == f"/rich-menus/{menu.id}/publications/new"
    session.expire_all()
    assert menu.name == "新しい名前"


def test_saving_answers_with_the_form_and_changes_nothing_customers_see(htmx, page, session, live):
    document = deepcopy(live.document)
    document["tabs"][0]["cells"][0]["label"] = "ご予約"
    answer = htmx(
        f"/rich-menus/{live.id}", posted(live, document=document, chat_bar_text="春のメニュー", seen=seen(page, live))
    )
    assert regions(answer) == ["menu-form", "toasts"]
    session.expire_all()
    assert (live.revision, live.live_revision) == (2, 1)
    soup = page(f"/rich-menus/{live.id}")
    assert "公開していない変更あり" in soup.select_one("#menu-publication").get_text()
    bars = [bar.get_text(strip=True) for bar in soup.select(".menu-bar")]
    assert bars == ["メニュー ▼", "春のメニュー ▼"], "what customers see stands beside the draft"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "名前を入力"),
        ({"chat_bar_text": "あ" * 15}, "14文字まで"),
        ({"document": {"tabs": []}}, "タブは1〜10個"),
        ({"folder_id": "77"}, "フォルダ"),
    ],
)
def test_what_can_not_be_kept_is_said_where_it_stands(htmx, page, session, menu, change, words):
    answer = htmx(f"/rich-menus/{menu.id}", posted(menu, seen=seen(page, menu), **change))
    assert answer.status_code in (404, 422)
    assert words in answer.text
    session.expire_all()
    assert (menu.name, menu.revision) == ("いつものメニュー", 1)


def test_two_people_saving_the_same_menu_see_each_others_changes(htmx, page, session, menu):
    opened = seen(page, menu)
    rich_menus.update(session, menu, rich_menus.Draft("別の人の名前", "メニュー", True, menu.document), now=NOW)
    session.commit()
    answer = htmx(f"/rich-menus/{menu.id}", posted(menu, name="私の名前", seen=opened))
    assert answer.status_code == 422
    assert "別の人の名前" in answer.text
    assert session.get(RichMenu, menu.id).name == "別の人の名前"


def test_a_picture_of_a_tab_is_drawn_in_the_size_that_was_asked_for(client, menu):
    code = menu.document["tabs"][0]["id"]
    answer = client.get(f"/rich-menus/{menu.id}/tabs/{code}/picture")
    assert Image.open(io.BytesIO(answer.data)).width == 400
    assert "private" in answer.headers["Cache-Control"]
    assert client.get(f"/rich-menus/{menu.id}/tabs/{code}/picture").data == answer.data
    assert client.get(f"/rich-menus/{menu.id}/tabs/nowhere/picture").status_code == 404
    assert client.get(f"/rich-menus/{menu.id}/tabs/{code}/picture?of=live").status_code == 404


def test_copying_and_deleting(htmx, page, session, menu, live):
    htmx(f"/rich-menus/{menu.id}/copy")
    assert session.scalars(sa.select(RichMenu.name)).all()[-1] == "いつものメニューのコピー"
    htmx(f"/rich-menus/{live.id}/delete")
    assert "会員メニュー" not in page("/rich-menus").select_one("tbody").get_text()
    session.expire_all()
    assert live.is_ending


# Publishing ----------------------------------------------------------------------------------------------------------


def test_publishing_is_asked_about_first(page, htmx, session, menu, connected):
    assert "変わる" in page(f"/rich-menus/{menu.id}/publications/new").get_text()
    answer = htmx(f"/rich-menus/{menu.id}/publications")
    assert answer.headers["HX-Redirect"] == f"/rich-menus/{menu.id}"
    assert session.scalars(sa.select(Publication.state)).one() is PublicationState.WAITING
    state = page(f"/rich-menus/{menu.id}").select_one("#menu-publication")
    assert state["hx-get"] == f"/rich-menus/{menu.id}/publication"
    assert "画像" in state.select_one("[aria-current=step]").get_text()


def test_what_is_hard_to_read_is_told_before_it_goes_out(page, session):
    pale = a_menu_tab("予約")
    pale["cells"][0]["lines"][0]["color"] = "@surface"
    menu = a_rich_menu(session, pale)
    session.commit()
    assert "読みにくく" in page(f"/rich-menus/{menu.id}/publications/new").get_text()


def test_a_publication_is_followed_until_it_is_done(page, htmx, session, menu, client):
    publication = a_publication(
        session, menu, state=PublicationState.WORKING, step=PublicationStep.MAKE, finished_at=None
    )
    session.commit()
    url = f"/rich-menus/{menu.id}/publication"
    first = htmx(url, method="GET")
    assert regions(first) == ["menu-publication"]
    assert "取りやめる" in first.text
    assert client.get(url, headers={"X-Seen": first.headers["X-Seen"]}).status_code == 204
    publication.state, publication.reason = PublicationState.FAILED, "LINEが断りました。"
    session.commit()
    last = htmx(url, method="GET")
    assert last.headers["HX-Redirect"] == f"/rich-menus/{menu.id}"
    state = page(f"/rich-menus/{menu.id}").select_one("#menu-publication")
    assert "hx-trigger" not in state.attrs
    assert "LINEが断りました。" in state.get_text()


def test_a_menu_that_nobody_sees_yet_says_so(page, session):
    menu = a_live_menu(session)
    session.commit()
    assert "まだだれにも見えていません" in page(f"/rich-menus/{menu.id}").select_one("#menu-publication").get_text()


def test_a_publication_that_nobody_sees_yet_can_be_given_up(htmx, session, menu):
    publication = a_publication(session, menu, state=PublicationState.WAITING, finished_at=None)
    session.commit()
    htmx(f"/rich-menus/{menu.id}/publications/cancel")
    session.expire_all()
    assert publication.state is PublicationState.CANCELED


# Who sees which ------------------------------------------------------------------------------------------------------


def test_a_period_is_kept_on_the_shops_clock(htmx, page, session, live):
    page(f"/rich-menus/{live.id}/period")
    htmx(f"/rich-menus/{live.id}/period", {"shows_from": "2026-04-01T10:00", "shows_until": "2026-04-08T00:00"})
    session.expire_all()
    assert live.shows_from.isoformat() == "2026-04-01T01:00:00+00:00"
    assert "4月1日" in page("/rich-menus").select_one("tbody").get_text()
    backwards = {"shows_from": "2026-04-08T10:00", "shows_until": "2026-04-01T00:00"}
    answer = htmx(f"/rich-menus/{live.id}/period", backwards)
    assert answer.status_code == 422
    assert "終わりの日時は" in answer.text


def test_a_menu_says_when_its_period_is_not_now(page, session, live):
    url = f"/rich-menus/{live.id}"
    live.shows_from = NOW + timedelta(days=1)
    session.commit()
    assert "始まるまで、だれにも見えません" in page(url).select_one("#menu-publication").get_text()
    live.shows_from, live.shows_until = None, NOW - timedelta(days=1)
    session.commit()
    assert "期間が終わった" in page(url).select_one("#menu-publication").get_text()
    assert "終わりました" in page("/rich-menus").select_one("tbody").get_text()


def test_the_default_is_chosen_among_published_menus(htmx, page, session, menu, live):
    soup = page("/rich-menus/settings")
    assert [option["value"] for option in soup.select("[name=menu_id] option")] == ["0", str(live.id)]
    htmx("/rich-menus/settings/default", {"menu_id": str(live.id)})
    assert session.scalars(sa.select(MenuSettings.default_menu_id)).one() == live.id
    assert "既定" in page("/rich-menus").select("tbody tr")[1].get_text()
    assert htmx("/rich-menus/settings/default", {"menu_id": str(menu.id)}).status_code == 422


def test_the_number_of_those_who_see_a_menu_leads_to_their_list(page, session, live):
    a_friend(session, display_name="山田 花子", line_user_id=f"U{'1' * 32}")
    defaults.set_default(session, live, now=NOW)
    session.commit()
    link = page("/rich-menus").select_one("tbody td.number a")
    assert link.get_text() == "1人"
    assert "山田 花子" in page(link["href"]).select_one("main").get_text()


def test_before_rules_decide_it_is_told_how_many_friends_would_see_another_menu(htmx, page, session, live):
    tag = a_tag(session, name="会員")
    member = a_friend(session, line_user_id=f"U{'1' * 32}")
    a_friend(session, line_user_id=f"U{'2' * 32}")
    session.add(FriendTag(friend_id=member.id, tag_id=tag.id, attached_at=NOW, changed_by=ChangedBy.STAFF))
    session.commit()
    rule = {"tree.all": "a", "tree.all.a.kind": "tag", "tree.all.a.how": "any", "tree.all.a.tag_ids": str(tag.id)}
    preview = htmx("/rich-menus/rules/preview", rule | {"menu_id": str(live.id), "is_on": "y"})
    assert regions(preview) == ["rule-preview"]
    assert "1人" in preview.text
    htmx("/rich-menus/rules", rule | {"menu_id": str(live.id), "is_on": "y"})
    assert session.scalars(sa.select(MenuRule.menu_id)).one() == live.id
    soup = page("/rich-menus/settings")
    assert "2人のうち1人" in soup.get_text()
    assert "1人" in soup.select_one("#rules tbody tr").get_text()
    htmx("/rich-menus/settings/mode", {"mode": "rules"})
    assert session.scalars(sa.select(MenuSettings.mode)).one() is MenuMode.RULES


def test_many_rules_cost_no_more_than_one(page, htmx, session, live, count_queries):
    costs, looks = [], []
    for many in (1, 12):
        for _ in range(many):
            tag = a_tag(session)
            tree = {"all": [{"id": "a", "kind": "tag", "data": {"how": "any", "tag_ids": [tag.id]}}], "any": []}
            rules.create(session, rules.RuleDraft(tree, live.id), now=NOW)
        session.commit()
        with count_queries() as queries:
            page("/rich-menus/settings")
        costs.append(len(queries))
        with count_queries() as queries:
            htmx("/rich-menus/rules/preview", {"menu_id": str(live.id), "is_on": "y"})
        looks.append(len(queries))
    assert costs[0] == costs[1] <= 18
    assert looks[0] == looks[1] <= 12


def test_rules_dragged_into_another_order_are_counted_anew(htmx, session, live):
    a_friend(session)
    first, second = (
        rules.create(session, rules.RuleDraft({"all": [], "any": []}, menu_id), now=NOW) for menu_id in (live.id, None)
    )
    session.commit()
    answer = htmx("/rich-menus/settings/rules/order", {"id": [second.id, first.id]})
    assert regions(answer) == ["menu-settings", "toasts"]
    assert [rule.id for rule in rules.in_order(session)] == [second.id, first.id]
    htmx(f"/rich-menus/rules/{first.id}/step", {"to": "up"})
    session.expire_all()
    assert [rule.id for rule in rules.in_order(session)] == [first.id, second.id]


def test_a_rule_whose_menu_was_deleted_says_so_until_another_one_is_chosen(htmx, page, session, live):
    rule = rules.create(session, rules.RuleDraft({"all": [], "any": []}, live.id), now=NOW)
    rich_menus.delete(session, live, now=NOW)
    session.commit()
    soup = page(f"/rich-menus/rules/{rule.id}")
    assert "削除された" in soup.select_one("[name=menu_id] option[selected]").get_text()
    assert "削除され" in page("/rich-menus/settings").select_one("#rules tbody").get_text()
    form = {"menu_id": str(live.id), "is_on": "y", "seen": soup.select_one("[name=seen]")["value"]}
    assert htmx(f"/rich-menus/rules/{rule.id}", form).status_code == 422
    htmx(f"/rich-menus/rules/{rule.id}", form | {"menu_id": "0"})
    session.expire_all()
    assert rule.menu_id is None


def test_operators_make_menus_and_staff_see_nothing_of_them(app, session, menu, outsider):
    operator = a_staff(session, role=Role.OPERATOR)
    session.commit()
    assert browser_of(app, operator).get(f"/rich-menus/{menu.id}").status_code == 200
    for url in ("/rich-menus", f"/rich-menus/{menu.id}", f"/rich-menus/{menu.id}/edit", "/rich-menus/settings"):
        assert outsider.get(url).status_code == 403
    for url in (f"/rich-menus/{menu.id}/publications", f"/rich-menus/{menu.id}/delete", "/rich-menus/settings/mode"):
        assert outsider.post(url).status_code == 403
