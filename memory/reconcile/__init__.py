"""Relating what is new to what is known: the judgement of one pair, and the code around it that acts on it."""

from memory.reconcile.reconcile import Judge, Reconciler
from memory.reconcile.relate import RelationJudge, relate

__all__ = ["Judge", "Reconciler", "RelationJudge", "relate"]
