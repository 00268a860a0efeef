"""Rules: what a reviewer should look at, judged on values and on changes.

table     which rules there are, how strict each is, what it is about
values    judged on what an object would be: also without Traede, in `validate`
moves     judged on changes: only in a plan
judging   who is judged, and what becomes of a finding: a problem, a warning, a block
"""

from reconcile.core.rules.judging import judge_catalog, judge_plan
from reconcile.core.rules.table import RULES, Rule

__all__ = ["RULES", "Rule", "judge_catalog", "judge_plan"]
