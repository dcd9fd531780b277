"""Model performance: are the predictions still as good as on the reference, and where not?"""

from __future__ import annotations

from mmon.analyses import Context, Findings

APPLICATION = "model-performance"


def analyse(context: Context) -> Findings:
    """Every metric of the task on both sides, the judged drops, and where they come from."""
    cur = context.production.performance
    if cur is None:
        return Findings()
    # Forty metrics: only who measures performance waits for them.
    from mmon.analyses._performance import assess

    return assess(context, cur)
