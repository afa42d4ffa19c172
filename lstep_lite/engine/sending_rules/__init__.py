"""Sending rules (配信のきまり): how the shop sends, for everything that sends by itself."""

from lstep_lite.engine.sending_rules.keeping import HOLDS, RulesDraft, late, on_quiet_hours, rules, update

__all__ = ["HOLDS", "RulesDraft", "late", "on_quiet_hours", "rules", "update"]
