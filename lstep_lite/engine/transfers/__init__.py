"""Transfers (データ移行/CSV): lists of friends that leave as a file, and files that come in."""

from lstep_lite.engine.transfers import sweeping as _sweeping
from lstep_lite.engine.transfers.columns import GROUPS, Column, columns
from lstep_lite.engine.transfers.exporting import begin, exports, lines
from lstep_lite.engine.transfers.importing import cancel, check, get, imports, preview, problems, run
from lstep_lite.engine.transfers.plans import MATCHES, Match, Options, guess, guessed_match
from lstep_lite.engine.transfers.receiving import receive
from lstep_lite.engine.transfers.reporting import report

__all__ = [
    "GROUPS",
    "MATCHES",
    "Column",
    "Match",
    "Options",
    "begin",
    "cancel",
    "check",
    "columns",
    "exports",
    "get",
    "guess",
    "guessed_match",
    "imports",
    "lines",
    "preview",
    "problems",
    "receive",
    "report",
    "run",
]

del _sweeping  # imported for what it registers
