"""What goes out beside the bell: mail that survives a bad mail server, and LINE through the outbox."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from lstep_lite import config
from lstep_lite.engine import agenda, notifications
from lstep_lite.engine.deliveries.claim import close
from lstep_lite.engine.notifications import Recipients, sending
from lstep_lite.engine.notifications.mail import Encryption, Mailer
from lstep_lite.engine.settings.quota import KIND
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    Delivery,
    DeliveryState,
    Dispatch,
    DispatchState,
    Notification,
    NotificationChannel,
    Receipt,
    Shop,
    StaffLink,
)
from tests import mail_server
from tests.factories import NOW, a_delivery, a_friend, a_shop, a_staff

URL = "https://lstep.example.jp"


@pytest.fixture
def mails():
    with mail_server.running() as server:
        yield server


@pytest.fixture
def owner(session):
    a_shop(session)
    return a_staff(session, email="owner@example.com")


def ruled(session, owner, *channels):
    wanted = replace(KIND.default, recipients=Recipients(staff_ids=(owner.id,)), channels=channels)
    notifications.save_rule(session, KIND, wanted, now=NOW)


def by_mail(session, owner, count=1, *, commits=True):
    ruled(session, owner, NotificationChannel.EMAIL)
    for number in range(count):
        told = {"title": f"通数が残りわずかです{number}", "body": "山田さん", "href": "/settings"}
        notifications.notify(session, KIND.name, **told, dedupe_key=str(number), now=NOW)
    if commits:
        session.commit()


def send(database, mailer, *, wall=NOW):
    sending.send_due(database, mailer, public_url=URL, now=NOW, wall=wall)


def dispatches(session):
    session.expire_all()
    return session.scalars(sa.select(Dispatch).order_by(Dispatch.id)).all()


def test_a_mail_says_what_and_where_and_nothing_about_anybody(database, session, owner, mails):
    by_mail(session, owner)
    send(database, mails.mailer)
    (mail,) = mails.mails
    assert (mail["To"], mail["From"]) == ("owner@example.com", "lstep@example.jp")
    assert mail["Subject"] == "【サロン花】今月の通数"
    assert f"{URL}/settings" in mail.get_content()
    assert "山田" not in mail.get_content()
    assert [row.state for row in dispatches(session)] == [DispatchState.SENT]


def test_what_is_due_together_leaves_as_one(database, session, owner, mails):
    by_mail(session, owner, count=3)
    send(database, mails.mailer)
    send(database, mails.mailer)
    (mail,) = mails.mails
    assert mail["Subject"] == "【サロン花】3件のお知らせ"
    assert all(f"わずかです{number}" in mail.get_content() for number in range(3))


def test_without_a_mail_server_the_reason_is_kept_and_it_can_go_later(database, session, owner, mails):
    by_mail(session, owner)
    send(database, Mailer())
    (failed,) = dispatches(session)
    assert failed.state is DispatchState.FAILED and "SMTP" in failed.reason
    sending.retry(session, failed.id, now=NOW)
    session.commit()
    send(database, mails.mailer)
    assert len(mails.mails) == 1
    with pytest.raises(DomainError):
        sending.retry(session, failed.id, now=NOW)


@pytest.mark.parametrize("answer", [{"RCPT": b"451 later"}, {"DATA": b"421 busy"}, {"MAIL": b"452 full"}])
def test_a_busy_mail_server_is_asked_again_under_the_same_name(database, session, owner, mails, answer):
    by_mail(session, owner)
    mails.answers |= answer
    send(database, mails.mailer)
    (waiting,) = dispatches(session)
    assert (waiting.state, waiting.attempts) == (DispatchState.WAITING, 1)
    assert waiting.reason
    mails.answers.clear()
    send(database, mails.mailer)
    assert mails.mails == [], "not before the pause is over"
    send(database, mails.mailer, wall=NOW + sending.FIRST_WAIT)
    assert len(mails.mails) == 1
    assert dispatches(session)[0].state is DispatchState.SENT


def test_a_refused_address_is_not_asked_again(database, session, owner, mails):
    by_mail(session, owner)
    mails.answers["RCPT"] = b"550 no such person"
    send(database, mails.mailer)
    (failed,) = dispatches(session)
    assert failed.state is DispatchState.FAILED and "550" in failed.reason


def test_a_wrong_password_is_said_plainly(database, session, owner):
    by_mail(session, owner)
    with mail_server.running(user="lstep", password="wrong") as server:
        server.answers["AUTH"] = b"535 no"
        send(database, server.mailer)
    assert "SMTP_PASSWORD" in dispatches(session)[0].reason


def test_a_mail_server_that_cannot_encrypt_gets_nothing(database, session, owner, mails):
    by_mail(session, owner)
    send(database, replace(mails.mailer, encryption=Encryption.STARTTLS))
    (failed,) = dispatches(session)
    assert failed.state is DispatchState.FAILED and "SMTP_TLS" in failed.reason
    assert mails.mails == []


def test_the_mail_server_comes_from_the_settings(tmp_path):
    demo = {"LSTEP_MODE": "demo", "DATA_DIR": str(tmp_path)}
    assert not config.load(demo).mailer.is_set_up
    mailer = config.load(demo | {"SMTP_HOST": "smtp.example.jp", "SMTP_FROM": "lstep@example.jp"}).mailer
    assert (mailer.port, mailer.encryption) == (587, Encryption.STARTTLS)
    with pytest.raises(config.BadSetting, match="SMTP_FROM"):
        config.load(demo | {"SMTP_HOST": "smtp.example.jp"})


def test_a_mail_server_that_never_answers_is_given_up_at_last(database, session, owner):
    by_mail(session, owner)
    nobody = Mailer("127.0.0.1", 9, sender="lstep@example.jp", encryption=Encryption.NONE)
    wall = NOW
    for _ in range(sending.MOST_ATTEMPTS):
        send(database, nobody, wall=wall)
        wall += sending.LONGEST_WAIT
    (failed,) = dispatches(session)
    assert (failed.state, failed.attempts) == (DispatchState.FAILED, sending.MOST_ATTEMPTS)
    assert "つながりませんでした" in failed.reason


def test_a_worker_that_dies_while_sending_leaves_its_attempt_and_the_mail_goes_again(database, session, owner, mails):
    by_mail(session, owner)
    with database.unit() as unit:
        sending._pack(unit, owner.id, URL, NOW, NOW)
    assert dispatches(session)[0].attempts == 1
    send(database, mails.mailer)
    assert mails.mails == [], "somebody may still be at it"
    assert agenda.whole(session, now=NOW, wall=NOW).due == 1
    session.commit()
    send(database, mails.mailer, wall=NOW + sending.LEASE + timedelta(seconds=1))
    assert len(mails.mails) == 1
    assert dispatches(session)[0].attempts == 2


def test_two_workers_send_one_mail(fresh_database, mails):
    with fresh_database.unit() as session:
        a_shop(session)
        by_mail(session, a_staff(session, email="owner@example.com"), commits=False)
    workers = [threading.Thread(target=send, args=(fresh_database, mails.mailer)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(mails.mails) == 1


def test_a_name_with_a_line_break_makes_no_header_of_its_own(database, session, owner, mails):
    session.get_one(Shop, 1).name = "花\r\nBcc: other@example.com"
    by_mail(session, owner)
    send(database, mails.mailer)
    assert mails.mails[0]["Bcc"] is None


def test_by_line_it_goes_through_the_outbox_once_and_counted(database, session, owner):
    friend = a_friend(session)
    session.add(StaffLink(staff_id=owner.id, friend_id=friend.id, linked_at=NOW))
    ruled(session, owner, NotificationChannel.LINE)
    told = {"title": "[name]の通数", "href": "/settings"}
    notifications.notify(session, KIND.name, **told, dedupe_key="1", now=NOW)
    session.commit()
    send(database, Mailer())
    send(database, Mailer())
    (put,) = session.scalars(sa.select(Delivery)).all()
    assert (put.friend_id, put.source, put.event_id) == (friend.id, "notifications", None)
    assert put.content.blocks[0]["text"] == f"【サロン花】［name］の通数\n{URL}/settings"
    assert dispatches(session)[0].delivery_id == put.id


@pytest.mark.parametrize("change", [{"is_following": False}, {"is_blocked": True}])
def test_nothing_goes_by_line_to_somebody_who_blocked_us(database, session, owner, change):
    friend = a_friend(session, **change)
    session.add(StaffLink(staff_id=owner.id, friend_id=friend.id, linked_at=NOW))
    ruled(session, owner, NotificationChannel.LINE)
    notifications.notify(session, KIND.name, title="通数", href="/settings", dedupe_key="1", now=NOW)
    session.commit()
    send(database, Mailer())
    assert session.scalars(sa.select(Delivery)).all() == []
    assert dispatches(session)[0].state is DispatchState.SKIPPED
    assert dispatches(session)[0].reason == sending.UNREACHABLE


def test_a_failed_message_is_told_once_an_hour_and_never_about_notifications_themselves(session, owner):
    friend = a_friend(session)
    for source in ("chat", "chat", "notifications"):
        failed = a_delivery(session, friend, source=source)
        close(session, [failed.id], DeliveryState.FAILED, "だめでした", NOW)
    told = session.scalars(sa.select(Notification)).all()
    assert [(each.kind, each.href) for each in told] == [("delivery.failed", "/deliveries?state=failed")]


def test_old_notifications_are_swept_away(database, session, owner, mails):
    by_mail(session, owner, count=2)
    send(database, mails.mailer)
    later = NOW + sending.KEPT + timedelta(days=1)
    assert sending.sweep(database, now=NOW, wall=NOW) is False
    assert sending.sweep(database, now=later, wall=later) is True
    assert session.scalar(sa.select(sa.func.count()).select_from(Receipt)) == 0
