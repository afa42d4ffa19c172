"""Every feature that registers something: importing this module makes the product whole.

A feature subscribes to happenings, adds message kinds, placeholders or event handlers by decorators in its own modules;
add its line here.
"""

from lstep_lite.engine import auto_replies, chat, friends, greetings, intake, messages

__all__ = ["auto_replies", "chat", "friends", "greetings", "intake", "messages"]
