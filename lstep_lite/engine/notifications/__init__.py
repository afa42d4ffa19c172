"""Notifications (通知): telling staff what needs them.

Whoever has something to tell registers a kind and calls `notify`; the kind's rule decides who is told, and how beside
the bell. Submodules, which use more of the engine than this core may: sending (e-mail and LINE), linking (which friend
is which member of staff), unanswered (talks that wait too long).
"""

from lstep_lite.engine.notifications.hours import Hours, Quiet
from lstep_lite.engine.notifications.inbox import InboxPage, get, inbox, mark_read, read_all, unread_total
from lstep_lite.engine.notifications.kinds import Kind, Recipients, Rule, Waiting, kind, kinds, listed
from lstep_lite.engine.notifications.notifying import notify
from lstep_lite.engine.notifications.rules import every_rule, rule, rule_version, save_rule, switch_rule

__all__ = [
    "Hours",
    "InboxPage",
    "Kind",
    "Quiet",
    "Recipients",
    "Rule",
    "Waiting",
    "every_rule",
    "get",
    "inbox",
    "kind",
    "kinds",
    "listed",
    "mark_read",
    "notify",
    "read_all",
    "rule",
    "rule_version",
    "save_rule",
    "switch_rule",
    "unread_total",
]
