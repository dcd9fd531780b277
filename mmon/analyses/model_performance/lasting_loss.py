"""What is told of a small rise of the model's loss that lasts."""

from __future__ import annotations

from mmon.analyses import model_performance
from mmon.results.quantity import Quantity, ResultKind

LASTING_LOSS = Quantity(
    model_performance.APPLICATION,
    ResultKind.MODEL_PERFORMANCE,
    "lasting_loss",
    "how far the loss of the newest windows together rose, where evidence of it added up",
    worse="higher",
    role="target",
    is_evidence=False,
    page="""How far the loss of the newest windows together rose, where evidence of it adds up.

A small rise that lasts: no single window can prove it. With a history the losses of each window's
labelled rows are compared with those of the reference and all windows before it, as `mmon explain
lasting_drift` tells for columns; only rises are looked for. A loss is that an answer is wrong; of
probabilities without answers the logarithmic loss; of a regression the absolute error. The value is
the mean loss since the likely change less that of the *original* reference: in points of the error
rate, or as a share of the mean loss. Its levels are those of a drop (``max_drop``), and it is past
one only where the evidence is beyond its limit and the rise is surely (at ``alpha``) beyond the
level.

With 2,000 labelled rows of reference and windows of 10, an error rate that rises from 0.2 to 0.3 is
found within 150 labelled rows in half of all cases at a limit of 100 windows, and within 250 at
that of one false alarm in 365.

Assumes
-------
Labelled rows that are like the others: windows in doubt (``label_selection``) are left out. Windows
that are alike by nature; or a reference of at least 14 of them, with times, which tells how far
their losses are from each other: rows count as so many fewer.

Cannot see
----------
A model of several classes that gives probabilities only; a change that makes half of the answers
better and the other half worse.

References
----------
Podkopaev and Ramdas, *Tracking the risk of a deployed model and detecting harmful distribution
shifts*, ICLR 2022. Waudby-Smith and Ramdas, *Estimating means of bounded random variables by
betting*, JRSS B 2024.""",
)
