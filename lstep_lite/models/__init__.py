"""Tables, one file a feature noun. Models answer questions about their own loaded row and nothing more."""

from lstep_lite.models.actions import Action, ActionRun, ActionSet
from lstep_lite.models.auto_replies import AutoReply, Matching
from lstep_lite.models.batches import Batch, BatchMember, BatchState, MemberState
from lstep_lite.models.chat import ChatMessage, Talk, TalkMark
from lstep_lite.models.deliveries import Call, CallKind, CallState, Delivery, DeliveryState, Lane
from lstep_lite.models.fields import Field, FieldChange, FieldOption, FieldPick, FieldType, FieldValue
from lstep_lite.models.folders import Folder
from lstep_lite.models.friends import ChangedBy, Color, Friend, Origin, TimelineEntry
from lstep_lite.models.greetings import Greeting, GreetingKind
from lstep_lite.models.intake import EventState, WebhookEvent
from lstep_lite.models.marks import Mark
from lstep_lite.models.mentions import Mention
from lstep_lite.models.messages import Content, Media, MediaKind, MediaState
from lstep_lite.models.schedules import Pattern, RunState, Schedule, ScheduleRun
from lstep_lite.models.scores import Basis, Direction, Score, ScorePoint, ScoreThreshold, ScoreTotal
from lstep_lite.models.segments import Segment
from lstep_lite.models.settings import Channel, Check, CheckState, DeadReply, FollowersState, Purpose, Shop, Worker
from lstep_lite.models.shared_values import SharedValue, SharedValueChange, SharedValueType
from lstep_lite.models.staff import Role, SignInFailure, Staff, Ticket, TicketKind
from lstep_lite.models.tags import FriendTag, Tag

__all__ = [
    "Action",
    "ActionRun",
    "ActionSet",
    "AutoReply",
    "Basis",
    "Batch",
    "BatchMember",
    "BatchState",
    "Call",
    "CallKind",
    "CallState",
    "ChangedBy",
    "Channel",
    "ChatMessage",
    "Check",
    "CheckState",
    "Color",
    "Content",
    "DeadReply",
    "Delivery",
    "DeliveryState",
    "Direction",
    "EventState",
    "Field",
    "FieldChange",
    "FieldOption",
    "FieldPick",
    "FieldType",
    "FieldValue",
    "Folder",
    "FollowersState",
    "Friend",
    "FriendTag",
    "Greeting",
    "GreetingKind",
    "Lane",
    "Mark",
    "Matching",
    "Media",
    "MediaKind",
    "MediaState",
    "MemberState",
    "Mention",
    "Origin",
    "Pattern",
    "Purpose",
    "Role",
    "RunState",
    "Schedule",
    "ScheduleRun",
    "Score",
    "ScorePoint",
    "ScoreThreshold",
    "ScoreTotal",
    "Segment",
    "SharedValue",
    "SharedValueChange",
    "SharedValueType",
    "Shop",
    "SignInFailure",
    "Staff",
    "Tag",
    "Talk",
    "TalkMark",
    "Ticket",
    "TicketKind",
    "TimelineEntry",
    "WebhookEvent",
    "Worker",
]
