"""Talking to LINE: the connected account, its client, and what LINE's answers mean."""

from lstep_lite.engine.line.account import Account, Token
from lstep_lite.engine.line.answers import Answer, AnswerKind, Detail
from lstep_lite.engine.line.client import (
    BotInfo,
    ContentState,
    FollowerPage,
    Line,
    Profile,
    Quota,
    ReceivedContent,
    WebhookEndpoint,
    WebhookTest,
)
from lstep_lite.engine.line.connection import LineError, NotConnected
from lstep_lite.engine.line.coupons import CouponsAtLine
from lstep_lite.engine.line.identity import Expired, Forged, Identity, Login, Tokens, new_secret
from lstep_lite.engine.line.liff_apps import LiffApp, LiffApps
from lstep_lite.engine.line.links import add_friend_link, link_to
from lstep_lite.engine.line.rich_menus import BatchPhase, DayAtLine, MenuAtLine, RichMenusAtLine

__all__ = [
    "Account",
    "Answer",
    "AnswerKind",
    "BatchPhase",
    "BotInfo",
    "ContentState",
    "CouponsAtLine",
    "DayAtLine",
    "Detail",
    "Expired",
    "FollowerPage",
    "Forged",
    "Identity",
    "LiffApp",
    "LiffApps",
    "Line",
    "LineError",
    "Login",
    "MenuAtLine",
    "NotConnected",
    "Profile",
    "Quota",
    "ReceivedContent",
    "RichMenusAtLine",
    "Token",
    "Tokens",
    "WebhookEndpoint",
    "WebhookTest",
    "add_friend_link",
    "link_to",
    "new_secret",
]
