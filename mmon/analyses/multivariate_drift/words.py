"""By how much the share of words that are new in a column of texts rose, before it is judged."""

from __future__ import annotations

import dataclasses

from mmon.analyses import Context
from mmon.analyses.multivariate_drift import MultivariateDrift
from mmon.analyses.multivariate_drift.compared import content_columns
from mmon.analyses.multivariate_drift.measured_content import UNSEEN_WORDS
from mmon.chance.levels import is_powerful, is_surely_below
from mmon.chance.unseen_words import FEWEST, UnseenWords, unseen_words
from mmon.profiles.distributions.reading import Reading
from mmon.profiles.table import ColumnProfile
from mmon.verdict.evidence import Evidence
from mmon.verdict.finding import Finding


@dataclasses.dataclass(frozen=True, kw_only=True)
class NewWords(Evidence):
    """Shares of unseen words; None where there are too few texts for them."""

    is_fact = False
    found: UnseenWords | None

    def p_value(self) -> float | None:
        """Of "no more words are new than in other texts of the reference"."""
        return self.p_value_against(0.0)

    def p_value_against(self, level: float) -> float | None:
        """Of "the share rose by no more than the level"."""
        return None if self.found is None else self.found.p_value_against(level)

    def is_below(self, level: float) -> bool:
        """Whether it surely rose less."""
        return is_surely_below(self.p_value_against(level))

    def is_found(self, level: float, alpha: float, rows: int | None) -> bool:
        """Whether a rise of twice the level would be told from it."""
        if self.found is None or (rows or self.rows) < FEWEST:
            return False
        # At most the part of the deviation that is production's falls with its rows.
        less = 1.0 if rows is None else (self.rows / rows) ** 0.5
        return is_powerful(level, self.found.deviation * max(less, 0.5), alpha)


def findings(context: Context) -> list[Finding]:
    """One finding for each column of texts that both sides have."""
    return [_finding(context, ref, cur) for ref, cur in content_columns(context, Reading.TEXT)]


def _finding(context: Context, ref: ColumnProfile, cur: ColumnProfile) -> Finding:
    settings = context.settings(MultivariateDrift)
    asked = context.config.levels(ref.name, UNSEEN_WORDS.name, settings.thresholds)
    bound = UNSEEN_WORDS.bound("max") if asked is None else asked.bound()
    rows = cur.presence.present
    finding = Finding(
        UNSEEN_WORDS,
        None,
        evidence=NewWords(rows=rows, found=None, aspect="increase"),
        aspect="increase",
        window=context.window,
        column=ref.name,
        bound=bound,
        gating=settings.gate == "any" and not bound.is_empty,
    )
    for side, count in (("production", rows), ("reference", ref.presence.present)):
        if count < FEWEST:
            why = f"{count:,} {side} texts are too few to count new words: it takes {FEWEST}"
            return dataclasses.replace(finding, reason=why)
    if ref.tokens is None or cur.tokens is None:
        raise TypeError(f"column {ref.name!r} is tested and has no words")
    found = unseen_words(ref.tokens, cur.tokens)
    if found is None:
        why = "it has hardly any words, or too many different ones to tell new ones"
        none = dataclasses.replace(bound, potential=None, detected=None)
        return dataclasses.replace(finding, bound=none, gating=False, reason=why)
    return dataclasses.replace(
        finding,
        value=found.rise,
        interval=found.interval(),
        reference_value=found.usual,
        evidence=NewWords(rows=rows, found=found, aspect="increase"),
    )
