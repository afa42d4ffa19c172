"""Test sends (テスト送信): a message as customers would get it, sent to a few friends who look at it first."""

from lstep_lite.engine.test_sends.sending import SOURCE, Rehearsal, rehearse_taps, send
from lstep_lite.engine.test_sends.testers import MOST, Desk, add, all_testers, desk, is_tester, remove

__all__ = [
    "MOST",
    "SOURCE",
    "Desk",
    "Rehearsal",
    "add",
    "all_testers",
    "desk",
    "is_tester",
    "rehearse_taps",
    "remove",
    "send",
]
