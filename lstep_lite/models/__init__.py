"""Tables, one file a feature noun. Models answer questions about their own loaded row and nothing more."""

from lstep_lite.models.actions import Action, ActionRun, ActionSet
from lstep_lite.models.auto_replies import AutoReply, Matching
from lstep_lite.models.batches import Batch, BatchMember, BatchState, MemberState
from lstep_lite.models.chat import ChatMessage, Talk, TalkMark
from lstep_lite.models.coupons import (
    CodeKind,
    CodeShape,
    Coupon,
    CouponHome,
    CouponState,
    CouponTicket,
    CouponUse,
    LineCoupon,
    LineState,
    Reward,
    TicketState,
)
from lstep_lite.models.deliveries import Call, CallKind, CallState, Delivery, DeliveryState, Lane
from lstep_lite.models.fields import Field, FieldChange, FieldLeftover, FieldOption, FieldPick, FieldType, FieldValue
from lstep_lite.models.folders import Folder
from lstep_lite.models.friends import ChangedBy, Color, Erasure, Friend, FriendArchive, Origin, TimelineEntry
from lstep_lite.models.greetings import Greeting, GreetingKind
from lstep_lite.models.intake import EventState, WebhookEvent
from lstep_lite.models.marks import Mark, MarkLeftover
from lstep_lite.models.media import Media, MediaKind, MediaState
from lstep_lite.models.mentions import Mention
from lstep_lite.models.messages import AnswerLimit, Content, ContentTemplate, Sender, Template
from lstep_lite.models.notifications import (
    Dispatch,
    DispatchState,
    LinkCode,
    Notification,
    NotificationChannel,
    NotificationRule,
    Receipt,
    StaffLink,
    UnansweredTalk,
)
from lstep_lite.models.schedules import Pattern, RunState, Schedule, ScheduleRun
from lstep_lite.models.scores import Basis, Direction, Score, ScoreLeftover, ScorePoint, ScoreThreshold, ScoreTotal
from lstep_lite.models.segments import Segment
from lstep_lite.models.settings import Channel, Check, CheckState, DeadReply, FollowersState, Purpose, Shop, Worker
from lstep_lite.models.shared_values import SharedValue, SharedValueChange, SharedValueType
from lstep_lite.models.staff import Role, SignInFailure, Staff, Ticket, TicketKind
from lstep_lite.models.tags import FriendTag, Tag, TagLeftover
from lstep_lite.models.taps import AnswerState, Tap, TapAnswer
from lstep_lite.models.test_sends import Tester
from lstep_lite.models.transfers import Encoding, Export, Import, ImportLine, ImportPart, ImportState, LineOutcome

__all__ = [
    "Action",
    "ActionRun",
    "ActionSet",
    "AnswerLimit",
    "AnswerState",
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
    "CodeKind",
    "CodeShape",
    "Color",
    "Content",
    "ContentTemplate",
    "Coupon",
    "CouponHome",
    "CouponState",
    "CouponTicket",
    "CouponUse",
    "DeadReply",
    "Delivery",
    "DeliveryState",
    "Direction",
    "Dispatch",
    "DispatchState",
    "Encoding",
    "Erasure",
    "EventState",
    "Export",
    "Field",
    "FieldChange",
    "FieldLeftover",
    "FieldOption",
    "FieldPick",
    "FieldType",
    "FieldValue",
    "Folder",
    "FollowersState",
    "Friend",
    "FriendArchive",
    "FriendTag",
    "Greeting",
    "GreetingKind",
    "Import",
    "ImportLine",
    "ImportPart",
    "ImportState",
    "Lane",
    "LineCoupon",
    "LineOutcome",
    "LineState",
    "LinkCode",
    "Mark",
    "MarkLeftover",
    "Matching",
    "Media",
    "MediaKind",
    "MediaState",
    "MemberState",
    "Mention",
    "Notification",
    "NotificationChannel",
    "NotificationRule",
    "Origin",
    "Pattern",
    "Purpose",
    "Receipt",
    "Reward",
    "Role",
    "RunState",
    "Schedule",
    "ScheduleRun",
    "Score",
    "ScoreLeftover",
    "ScorePoint",
    "ScoreThreshold",
    "ScoreTotal",
    "Segment",
    "Sender",
    "SharedValue",
    "SharedValueChange",
    "SharedValueType",
    "Shop",
    "SignInFailure",
    "Staff",
    "StaffLink",
    "Tag",
    "TagLeftover",
    "Talk",
    "TalkMark",
    "Tap",
    "TapAnswer",
    "Template",
    "Tester",
    "Ticket",
    "TicketKind",
    "TicketState",
    "TimelineEntry",
    "UnansweredTalk",
    "WebhookEvent",
    "Worker",
]
