"""What LINE says of a message before it is sent."""

from lstep_lite.db import Database
from lstep_lite.emulator import Emulator
from lstep_lite.engine.line import Account
from lstep_lite.engine.messages import asking
from lstep_lite.engine.messages.asking import Verdict
from tests.emulator.conftest import Control
from tests.engine.conftest import NOWHERE, VAULT

HELLO = {"type": "text", "text": "こんにちは"}


def test_line_is_asked_and_nobody_gets_anything(account: Account, control: Control) -> None:
    assert asking.ask_line(account, [HELLO]) == asking.Opinion(Verdict.FINE)
    sent = [request["path"] for request in control.get("/requests?since=0") if "/message/" in request["path"]]
    assert sent == ["/v2/bot/message/validate/push"]


def test_what_line_refuses_is_told_with_its_place(account: Account) -> None:
    opinion = asking.ask_line(account, [HELLO, {"type": "text", "text": ""}])
    assert opinion.verdict is Verdict.REFUSED
    assert [detail.property for detail in opinion.details] == ["messages[1].text"]


def test_a_line_that_can_not_be_reached_or_is_not_connected_is_no_refusal(
    database: Database, emulator: Emulator, account: Account
) -> None:
    account.line()  # a token is at hand
    lost = Account(database, VAULT, emulator.clock.now, api_url=NOWHERE, timeout_seconds=1)
    assert asking.ask_line(lost, [HELLO]).verdict is Verdict.UNKNOWN


def test_without_a_connection_it_is_said_what_is_missing(database: Database, emulator: Emulator) -> None:
    bare = Account(database, VAULT, emulator.clock.now, api_url=NOWHERE, timeout_seconds=1)
    opinion = asking.ask_line(bare, [HELLO])
    assert (opinion.verdict, "まだつながっていません" in opinion.words) == (Verdict.UNKNOWN, True)
