"""回答フォーム as customers meet it: the door, the pages, a last look, and what comes after.

What is typed is kept in a draft before anything is said about it, so that errors, going back, reloading and another
person's haste lose nothing. A draft becomes one answer, however often its page is sent.
"""

from lstep_lite.blueprints.liff.surveys import answers, filling_in, sending
from lstep_lite.blueprints.liff.surveys.asking import bp

__all__ = ["answers", "bp", "filling_in", "sending"]
