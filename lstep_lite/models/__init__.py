"""Tables, one file a feature noun. Models answer questions about their own loaded row and nothing more."""

from lstep_lite.models.auto_replies import AutoReply, Matching
from lstep_lite.models.chat import ChatMessage, Talk, TalkMark
from lstep_lite.models.deliveries import Call, CallKind, CallState, Delivery, DeliveryState, Lane
from lstep_lite.models.folders import Folder
from lstep_lite.models.friends import Friend, Origin, TimelineEntry
from lstep_lite.models.greetings import Greeting, GreetingKind
from lstep_lite.models.intake import EventState, WebhookEvent
from lstep_lite.models.messages import Content, Media, MediaKind, MediaState
from lstep_lite.models.settings import Channel, Check, CheckState, DeadReply, FollowersState, Purpose, Shop, Worker
from lstep_lite.models.staff import Role, SignInFailure, Staff, Ticket, TicketKind

__all__ = [
    "AutoReply",
    "Call",
    "CallKind",
    "CallState",
    "Channel",
    "ChatMessage",
    "Check",
    "CheckState",
    "Content",
    "DeadReply",
    "Delivery",
    "DeliveryState",
    "EventState",
    "Folder",
    "FollowersState",
    "Friend",
    "Greeting",
    "GreetingKind",
    "Lane",
    "Matching",
    "Media",
    "MediaKind",
    "MediaState",
    "Origin",
    "Purpose",
    "Role",
    "Shop",
    "SignInFailure",
    "Staff",
    "Talk",
    "TalkMark",
    "Ticket",
    "TicketKind",
    "TimelineEntry",
    "WebhookEvent",
    "Worker",
]
