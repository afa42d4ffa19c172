"""The first run."""

import stat
import threading
from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from lstep_lite.engine import settings, setup
from lstep_lite.engine.settings import ShopDraft
from lstep_lite.engine.setup import AlreadySetUp, SetupDraft
from lstep_lite.errors import DomainError
from lstep_lite.models import Purpose, Role, Staff
from tests.factories import NOW, a_staff

DRAFT = SetupDraft("花子", "Hana@example.com", ShopDraft("サロン花", "Asia/Tokyo", Purpose.SALON))


def test_the_first_run_makes_the_shop_and_its_owner(session):
    owner = setup.open_shop(session, DRAFT, "hash", now=NOW)
    assert (owner.email, owner.role) == ("hana@example.com", Role.OWNER)
    assert settings.shop(session).name == "サロン花"


def test_there_is_no_second_first_run(session):
    a_staff(session)
    with pytest.raises(AlreadySetUp):
        setup.open_shop(session, DRAFT, "hash", now=NOW)


def test_an_unknown_zone_is_refused_at_its_field(session):
    draft = SetupDraft("花子", "hana@example.com", ShopDraft("サロン花", "Asia/Edo", Purpose.SALON))
    with pytest.raises(DomainError) as refusal:
        setup.open_shop(session, draft, "hash", now=NOW)
    assert refusal.value.field == "time_zone"


def test_the_code_stays_the_same_for_our_eyes_only_and_may_be_typed_loosely(tmp_path):
    code = setup.code(tmp_path)
    assert setup.code(tmp_path) == code
    assert stat.S_IMODE((tmp_path / "setup.code").stat().st_mode) == 0o600
    assert setup.is_code(tmp_path, f" {code.lower().replace('-', ' ')}")
    assert not setup.is_code(tmp_path, code[:-1])
    assert not setup.is_code(tmp_path, "コード")


def test_of_two_first_runs_at_the_same_moment_one_is_refused(fresh_database):
    start, outcomes = threading.Barrier(2), []

    def answer(email):
        draft = replace(DRAFT, email=email)
        start.wait()
        try:
            with fresh_database.unit() as session:
                setup.open_shop(session, draft, "hash", now=NOW)
            outcomes.append("made")
        except (AlreadySetUp, IntegrityError):
            outcomes.append("refused")

    threads = [threading.Thread(target=answer, args=(email,)) for email in ("a@example.com", "b@example.com")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "refused"]
    with fresh_database.read() as session:
        assert session.query(Staff).count() == 1
