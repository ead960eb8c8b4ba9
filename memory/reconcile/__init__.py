"""Relating what is new to what is known: the judgement of one pair, and the code around it that acts on it."""

from memory.reconcile.reconcile import Judge, Reconciler
from memory.reconcile.relate import RelationJudge, relate
from memory.reconcile.settling import SETTLED, Settled, Settling

__all__ = ["SETTLED", "Judge", "Reconciler", "RelationJudge", "Settled", "Settling", "relate"]
