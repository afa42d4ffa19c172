"""The inbox and the talk."""

import io
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.engine import chat, friends, messages
from lstep_lite.models import Channel, Delivery, DeliveryState, Friend, Lane, Media, MediaState, Talk, TalkMark
from tests.factories import NOW, a_friend, a_sender, a_template
from tests.web.conftest import regions


@pytest.fixture
def friend(session: Session) -> Friend:
    friend = a_friend(session, display_name="山田 花子")
    friends.refresh_search_text(friend)
    said(session, friend, "明日は空いていますか？")
    session.commit()
    return friend


def said(session: Session, friend: Friend, text: str, **over: object) -> None:
    number = session.query(Media).count() + hash(text) % 10**12
    message = {"id": str(number), "type": "text", "text": text} | over
    chat.receive(session, friend, message, at=NOW - timedelta(hours=1), now=NOW)
    session.get_one(Talk, friend.id).mark = TalkMark.OPEN


def a_delivery(session: Session, friend: Friend, **over: object) -> Delivery:
    content = messages.freeze(session, [{"kind": "text", "text": "お待ちしています"}], now=NOW)
    values = {
        "dedupe_key": f"test:{friend.id}:{over}",
        "friend_id": friend.id,
        "content_id": content.id,
        "lane": Lane.CHAT,
        "source": "chat",
        "source_label": "個別トーク",
        "due_at": NOW,
        "missed_after": NOW,
        "state": DeliveryState.SENT,
        "created_at": NOW,
    }
    delivery = Delivery(**values | over)
    session.add(delivery)
    session.commit()
    return delivery


def test_the_inbox_shows_who_waits_for_an_answer(page, friend: Friend) -> None:
    row = page("/chat").select_one(".talk-row")
    assert row["href"] == f"/chat/{friend.id}"
    assert all(word in row.get_text() for word in ("山田 花子", "明日は空いていますか？", "要対応", "1件の未読"))


def test_the_inbox_can_be_searched_and_narrowed(page, session: Session, friend: Friend) -> None:
    other = a_friend(session, display_name="佐藤 太郎")
    said(session, other, "こんにちは")
    session.get_one(Talk, other.id).mark = TalkMark.DONE
    session.commit()

    def names(url: str) -> list[str]:
        return [chip.get_text(strip=True) for chip in page(url).select(".talk-row .friend-chip-name")]

    assert names("/chat?q=やまだ") == [], "kanji are not read aloud"
    assert names("/chat?q=山田花子") == ["山田 花子"], "spaces make no difference"
    assert names("/chat?mark=done") == ["佐藤 太郎"]
    assert names("/chat?mark=nonsense&talks_before=nonsense") == names("/chat")


def test_a_talk_shows_both_sides_and_what_became_of_ours(page, session: Session, friend: Friend) -> None:
    a_delivery(session, friend, is_counted=False, finished_at=NOW, source_label="営業時間")
    a_delivery(session, friend, state=DeliveryState.UNKNOWN, reason="応答がありませんでした。")
    soup = page(f"/chat/{friend.id}")
    text = soup.get_text(" ", strip=True)
    assert "明日は空いていますか？" in text and "自動・営業時間" in text and "無料" in text
    assert "届いたか確認できません" in text and "応答がありませんでした。" in text
    assert "送ると1通かかります" in text


def test_sending_by_htmx_answers_the_composer_the_talk_and_the_list(htmx, session: Session, friend: Friend) -> None:
    answer = htmx(f"/chat/{friend.id}/messages", {"text": "はい、空いています", "form_token": "t1"})
    assert regions(answer) == ["composer", "conversation", "talk-list"]
    assert "はい、空いています" in answer.text
    composer = BeautifulSoup(answer.text, "html.parser").select_one("#text")
    assert composer.get_text(strip=True) == "", "ready for the next message"
    [delivery] = session.scalars(select(Delivery)).all()
    assert (delivery.lane, delivery.staff_id is not None, delivery.state) == (Lane.CHAT, True, DeliveryState.WAITING)
    session.expire_all()
    talk = session.get_one(Talk, friend.id)
    assert (talk.mark, talk.unread_count) == (TalkMark.NONE, 0)


def test_a_double_click_sends_once(htmx, session: Session, friend: Friend) -> None:
    for _ in range(2):
        assert htmx(f"/chat/{friend.id}/messages", {"text": "はい", "form_token": "same"}).status_code == 200
    assert len(session.scalars(select(Delivery)).all()) == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"text": ""}, "1つ以上入れて"),
        ({"text": "あ" * 5001}, "5,000文字まで"),
        ({"text": "はい", "due_on": "2026-03-06"}, "日付と時刻の両方"),
        ({"text": "はい", "due_on": "2026-03-01", "due_at": "10:00"}, "今より後"),
        ({"text": "はい", "sticker": "nonsense"}, "選び直して"),
    ],
)
def test_what_cannot_be_sent_is_explained_kept_and_not_saved(
    htmx, session: Session, friend: Friend, data, words
) -> None:
    answer = htmx(f"/chat/{friend.id}/messages", data | {"form_token": "t"})
    assert answer.status_code == 422
    assert regions(answer) == ["composer"]
    assert words in answer.text and data["text"] in answer.text
    assert session.scalars(select(Delivery)).all() == []


def test_a_picture_and_a_planned_time_go_along(htmx, session: Session, friend: Friend) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "pink").save(picture, "PNG")
    picture.seek(0)
    answer = htmx(
        f"/chat/{friend.id}/messages",
        {
            "text": "写真です",
            "sticker": "446:1988",
            "form_token": "t",
            "due_on": "2026-03-06",
            "due_at": "10:00",
            "image": (picture, "menu.png"),
        },
    )
    assert answer.status_code == 200 and "3月6日(金) 10:00 に送信予定" in answer.text
    [delivery] = session.scalars(select(Delivery)).all()
    assert [block["kind"] for block in delivery.content.blocks] == ["text", "image", "sticker"]
    assert session.scalars(select(Media)).one().state is MediaState.STORED
    assert htmx(f"/chat/{friend.id}/messages/{delivery.id}/cancel").status_code == 200
    session.expire_all()
    assert delivery.state is DeliveryState.CANCELLED


def test_what_is_no_picture_is_said_in_the_form_and_the_text_stays(htmx, session: Session, friend: Friend) -> None:
    data = {"text": "写真です", "form_token": "t", "image": (io.BytesIO(b"<svg>"), "menu.svg")}
    answer = htmx(f"/chat/{friend.id}/messages", data)
    assert answer.status_code == 422 and regions(answer) == ["composer"]
    assert "画像を読み取れません" in answer.text and "写真です" in answer.text
    assert session.scalars(select(Delivery)).all() == []


def test_a_poll_is_answered_only_when_something_is_new(client, session: Session, friend: Friend) -> None:
    first = client.get(f"/chat/{friend.id}/conversation", headers={"HX-Request": "true"})
    seen = {"X-Seen": first.headers["X-Seen"]}
    assert client.get(f"/chat/{friend.id}/conversation", headers=seen).status_code == 204
    said(session, friend, "もう一つ質問です")
    session.commit()
    assert "もう一つ質問です" in client.get(f"/chat/{friend.id}/conversation", headers=seen).text


def test_only_what_was_on_the_screen_becomes_read(htmx, session: Session, friend: Friend) -> None:
    shown = chat.conversation(session, friend, public_url="", now=NOW).bubbles[-1].received.id
    said(session, friend, "いま届いた")
    session.commit()
    assert htmx(f"/chat/{friend.id}/read", {"seen_id": shown}).status_code == 204
    session.expire_all()
    assert session.get_one(Talk, friend.id).unread_count == 1


def test_a_mark_is_changed_and_nonsense_is_not(htmx, session: Session, friend: Friend) -> None:
    assert regions(htmx(f"/chat/{friend.id}/mark", {"mark": "working"})) == ["talk-mark", "talk-list"]
    assert htmx(f"/chat/{friend.id}/mark", {"mark": "nonsense"}).status_code == 404
    session.expire_all()
    assert session.get_one(Talk, friend.id).mark is TalkMark.WORKING


def test_an_unknown_outcome_is_sent_again_only_on_purpose(htmx, session: Session, friend: Friend) -> None:
    delivery = a_delivery(session, friend, state=DeliveryState.UNKNOWN)
    url = f"/chat/{friend.id}/messages/{delivery.id}/retry"
    assert htmx(url).status_code == 409
    assert htmx(url, {"even_if_unknown": "1"}).status_code == 200
    assert len(session.scalars(select(Delivery)).all()) == 2


def test_another_friends_message_is_not_reached_through_this_talk(htmx, session: Session, friend: Friend) -> None:
    delivery = a_delivery(session, a_friend(session), state=DeliveryState.FAILED)
    assert htmx(f"/chat/{friend.id}/messages/{delivery.id}/retry").status_code == 404
    assert len(session.scalars(select(Delivery)).all()) == 1


def test_a_stranger_is_sent_to_sign_in(anybody, owner, friend: Friend) -> None:
    for url in ("/chat", f"/chat/{friend.id}", f"/chat/{friend.id}/conversation"):
        assert "/sign-in" in anybody.get(url).headers["Location"]
    assert anybody.post(f"/chat/{friend.id}/messages", data={"text": "x"}).status_code == 303


@pytest.fixture
def asked(client, friend: Friend, count_queries):
    """How many statements showing the talk takes."""

    def count() -> int:
        with count_queries() as found:
            client.get(f"/chat/{friend.id}")
        return len(found)

    return count


def test_the_talk_asks_the_database_as_little_for_many_bubbles_as_for_few(session: Session, friend, asked) -> None:
    a_delivery(session, friend)
    few = asked()
    for number in range(20):
        said(session, friend, f"質問{number}")
        a_delivery(session, friend, source_label=f"答え{number}")
    session.commit()
    assert asked() == few


def test_a_talk_with_many_templates_asks_no_more_than_one_with_few(session: Session, friend, asked) -> None:
    def send(number: int) -> None:
        template = a_template(session, {"kind": "text", "text": f"[name]さん、{number}回目のご来店です"})
        content = messages.freeze(session, [{"kind": "template", "template_id": template.id}], now=NOW)
        a_delivery(session, friend, content_id=content.id)

    send(0)
    few = asked()
    for number in range(1, 15):
        send(number)
    assert asked() == few


def test_a_talk_says_that_sending_is_paused(page, session: Session, friend: Friend) -> None:
    a_delivery(session, friend, state=DeliveryState.SENDING)
    session.add(
        Channel(
            id=1, messaging_channel_id="1", messaging_secret="s", login_channel_id="2", login_secret="s", paused_at=NOW
        )
    )
    session.commit()
    text = page(f"/chat/{friend.id}").get_text()
    assert "再開待ち" in text and "送信中" not in text
    assert "再開すると届きます" in text


def test_half_a_character_in_a_message_does_not_hide_the_talk(client, session: Session, friend: Friend) -> None:
    message = {"id": "m1", "type": "file", "fileName": "a\ud800.pdf", "contentProvider": {"type": "external"}}
    chat.receive(session, friend, message, at=NOW, now=NOW)
    session.commit()
    answer = client.get(f"/chat/{friend.id}")
    assert answer.status_code == 200
    assert "a?.pdf" in answer.text


def test_a_template_is_sent_under_the_chosen_name(client, session, friend):
    template, sender = a_template(session, {"kind": "text", "text": "料金表です"}), a_sender(session, name="店長")
    session.commit()
    form = {"text": "どうぞ", "template_id": template.id, "sender_id": sender.id, "form_token": "t"}
    assert client.post(f"/chat/{friend.id}/messages", data=form).status_code == 303
    delivery = session.scalars(select(Delivery)).one()
    assert [(block["kind"], block["sender_id"]) for block in delivery.content.blocks] == [
        ("text", sender.id),
        ("template", sender.id),
    ]


def test_a_template_that_was_deleted_meanwhile_is_refused_before_sending(htmx, session, friend):
    answer = htmx(f"/chat/{friend.id}/messages", {"template_id": "99", "form_token": "t"})
    assert answer.status_code == 422
    assert "選んだテンプレートは削除されています" in answer.text
    assert session.scalars(select(Delivery)).all() == []
