"""The shop's customers (予約のお客様): who they are, what they had, how they may book, and who is there twice."""

from lstep_lite.engine.reservations.clientele import strikes

__all__ = ["strikes"]
