"""Rehearsals (試運転): one friend's whole future, played by the real executors and taken back."""

from lstep_lite.engine.rehearsals.begins import ArrivalBegin, Begin, ReminderBegin, ScenarioBegin
from lstep_lite.engine.rehearsals.films import Choice, Film, Note, Scene, Sending, Tap
from lstep_lite.engine.rehearsals.people import Imagined
from lstep_lite.engine.rehearsals.playing import Setting, play
from lstep_lite.engine.rehearsals.subjects import Subject, entries, subjects

__all__ = [
    "ArrivalBegin",
    "Begin",
    "Choice",
    "Film",
    "Imagined",
    "Note",
    "ReminderBegin",
    "ScenarioBegin",
    "Scene",
    "Sending",
    "Setting",
    "Subject",
    "Tap",
    "entries",
    "play",
    "subjects",
]
