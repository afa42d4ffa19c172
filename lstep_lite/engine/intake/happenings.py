"""What each kind of event means for the friend it is about."""

from sqlalchemy.orm import Session

from lstep_lite.engine import chat, friends, triggers
from lstep_lite.engine.intake.processing import Incoming, handles
from lstep_lite.engine.notifications import linking
from lstep_lite.models import Friend

triggers.labels.update(
    {
        "friend.followed": "友だちに追加された",
        "friend.unfollowed": "ブロックされた",
        "friend.recognised": "以前からの友だちと分かった",
        "message.received": "メッセージが届いた",
        "message.unsent": "メッセージの送信が取り消された",
        "postback.received": "ボタンが押された",
        "video.watched": "動画が最後まで再生された",
    }
)


@handles("follow")
def follow(session: Session, incoming: Incoming) -> None:
    is_unblocked = (incoming.data.get("follow") or {}).get("isUnblocked") is True
    friend, kind = friends.follow(
        session, incoming.user_id, at=incoming.event.occurred_at, is_unblocked=is_unblocked, now=incoming.now
    )
    if kind is not None:
        triggers.fire(session, "friend.followed", friend, now=incoming.now, event=incoming.event, kind=kind)


@handles("unfollow")
def unfollow(session: Session, incoming: Incoming) -> None:
    friend, is_news = friends.unfollow(session, incoming.user_id, at=incoming.event.occurred_at, now=incoming.now)
    if is_news:
        triggers.fire(session, "friend.unfollowed", friend, now=incoming.now, event=incoming.event)


@handles("message")
def message(session: Session, incoming: Incoming) -> None:
    friend = _person(session, incoming)
    if linking.take(session, friend, incoming.data["message"], event=incoming.event, now=incoming.now):
        return
    received = chat.receive(session, friend, incoming.data["message"], at=incoming.event.occurred_at, now=incoming.now)
    if received is not None:
        friends.reacted(friend, at=incoming.event.occurred_at, wrote=True)
        triggers.fire(
            session,
            "message.received",
            friend,
            now=incoming.now,
            event=incoming.event,
            chat_message_id=received.id,
            kind=received.kind,
        )


@handles("unsend")
def unsend(session: Session, incoming: Incoming) -> None:
    unsent = chat.unsend(session, incoming.data["unsend"]["messageId"], at=incoming.event.occurred_at)
    if unsent is not None:
        friend = friends.get(session, unsent.friend_id)
        triggers.fire(
            session, "message.unsent", friend, now=incoming.now, event=incoming.event, chat_message_id=unsent.id
        )


@handles("postback")
def postback(session: Session, incoming: Incoming) -> None:
    part, friend = incoming.data["postback"], _person(session, incoming)
    friends.reacted(friend, at=incoming.event.occurred_at)
    triggers.fire(
        session,
        "postback.received",
        friend,
        now=incoming.now,
        event=incoming.event,
        data=part["data"],
        params=part.get("params") or {},
    )


@handles("videoPlayComplete")
def video(session: Session, incoming: Incoming) -> None:
    """A video that we sent was watched to its end. It may be told again when the customer comes back to the talk."""
    friend = _person(session, incoming)
    friends.reacted(friend, at=incoming.event.occurred_at)
    tracking_id = str(incoming.data["videoPlayComplete"]["trackingId"])
    triggers.fire(session, "video.watched", friend, now=incoming.now, event=incoming.event, tracking_id=tracking_id)


def _person(session: Session, incoming: Incoming) -> Friend:
    """Who did it. A first contact with somebody who was a friend before us is a happening of its own."""
    friend, is_first_contact = friends.recognise(
        session, incoming.user_id, at=incoming.event.occurred_at, now=incoming.now
    )
    if is_first_contact:
        triggers.fire(session, "friend.recognised", friend, now=incoming.now, event=incoming.event)
    return friend
