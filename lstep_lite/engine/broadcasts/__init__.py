"""Broadcasts (一斉配信): one message to many friends at one moment, in one version or several."""

from lstep_lite.engine.broadcasts import working as _working
from lstep_lite.engine.broadcasts.checking import LETTERS, MOST_VARIANTS, VariantDraft
from lstep_lite.engine.broadcasts.keeping import (
    FEATURE,
    PLACE,
    BroadcastDraft,
    Page,
    broken_ids,
    copied,
    copy,
    counts,
    create,
    delete,
    get,
    is_broken,
    page,
    upcoming,
    update,
)
from lstep_lite.engine.broadcasts.missed import drop_missed, send_missed
from lstep_lite.engine.broadcasts.pausing import pause, resume, stop
from lstep_lite.engine.broadcasts.preflight import LeftOut, Sample, Sheet, preflight
from lstep_lite.engine.broadcasts.resending import resend_failed
from lstep_lite.engine.broadcasts.results import (
    Member,
    Numbers,
    Outcome,
    Progress,
    Results,
    VersionResult,
    members,
    numbers,
    progress,
    results,
)
from lstep_lite.engine.broadcasts.submitting import approve, decline, submit, take_back
from lstep_lite.engine.broadcasts.sweeping import sweep
from lstep_lite.engine.broadcasts.winning import choose_winner, is_on_trial, waits_for_staff

work = _working.work

__all__ = [
    "FEATURE",
    "LETTERS",
    "MOST_VARIANTS",
    "PLACE",
    "BroadcastDraft",
    "LeftOut",
    "Member",
    "Numbers",
    "Outcome",
    "Page",
    "Progress",
    "Results",
    "Sample",
    "Sheet",
    "VariantDraft",
    "VersionResult",
    "approve",
    "broken_ids",
    "choose_winner",
    "copied",
    "copy",
    "counts",
    "create",
    "decline",
    "delete",
    "drop_missed",
    "get",
    "is_broken",
    "is_on_trial",
    "members",
    "numbers",
    "page",
    "pause",
    "preflight",
    "progress",
    "resend_failed",
    "results",
    "resume",
    "send_missed",
    "stop",
    "submit",
    "sweep",
    "take_back",
    "upcoming",
    "update",
    "waits_for_staff",
    "work",
]
