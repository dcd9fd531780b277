"""By how many of its own windows the reference tells what windows do, and why by none."""

from __future__ import annotations

from collections.abc import Iterator

from mmon.chance.blocks import FEWEST
from mmon.chance.seasons import WORTH
from mmon.config.sections import Config
from mmon.config.windows import Windows
from mmon.profiles.block_noise import BlockNoise
from mmon.profiles.table import Profile
from mmon.results.quantity import Quantity, ResultKind, Unit
from mmon.verdict.finding import Finding
from mmon.windows.durations import WORDS

BLOCKS = Quantity(
    "mmon",
    ResultKind.MM_APP_ANOMALY,
    "reference_blocks",
    "windows of the reference that tell what windows do by themselves",
    unit=Unit.COUNT,
    about="run",
    is_evidence=False,
    page=f"""How many windows of the reference tell what windows do by themselves.

Days differ by nature: Mondays from Sundays, nights from noons, one week's sales from another's. A
test of independent rows calls each of that a change, and the surer the more rows there are. So the
reference is cut into windows as production is (``windows``), and what decides is measured of each
of them as if it were new. A result is a change where it is one beyond chance among rows, and also
beyond what these windows do: its p-value is the larger one of both.

Within the range of the reference's windows a value is as probable as so large ones are among them.
Beyond it their law is continued: the square of a distance as a multiple of chi-square, a signed
value as Student's t. A value beyond its level that is no more than that is told as "within what
this column does from day to day", with the range.

Hours of the day, or days of the week, may be what makes windows differ. Where the blocks' own
values surely differ by that (in at most one of a hundred references any does by chance), and it
explains at least {WORTH:.0%} of their variance, a window is compared with the blocks of its own
hour or weekday: "within what this column does on Mondays", "at this time of day". Windows must be
parts of a day or of a week, and it takes {FEWEST} blocks of the same hour or weekday: two weeks of
hours, {FEWEST} weeks of days; with fewer, all are taken together. A week is taken where it explains
more than its days' hours do. Each number tells for itself: a column without such a cycle keeps all
its blocks, and so does what adds up over windows. A distance of blocks of one hour from the whole
reference is not around 0; beyond them its square root is taken as Student's t. A change beyond a
level is one by which the window is farther than they are.

Where the reference rolls with ``season``, each of its windows is measured as those of production
are: against the nearest others of the same hour or weekday, as many as are taken together there.

Assumes
-------
That nothing is wrong in the reference, that it has times where windows are cut by them, and that
its windows tell of those to come: at least {FEWEST} complete ones, of which the newest 512 are
looked at. With fewer, only chance among rows is known, and the report says so once. A baseline
holds them when it was made with the configuration of the windows (``mmon baseline --config``).

Cannot see
----------
What lasts as long as the reference or longer, as a season of the year in a reference of two months;
that a window is odd for its hour or weekday, where fewer than {FEWEST} blocks are of the same (with
512 blocks at most, hours of a week), where blocks do not surely differ by that, and where it is as
far from the whole reference as they are, only elsewhere. Categories and values that the reference
never had are not seen either, for its own windows have none.

References
----------
Politis, Romano and Wolf, *Subsampling*, 1999. Satterthwaite, *An approximate distribution of
estimates of variance components*, Biometrics 1946.""",
)


def length_of(windows: Windows) -> str | None:
    """How long a window is, in a word; None where windows have no length."""
    return f"{windows.rows:,} rows" if windows.rows else windows.every


def fitting(config: Config, noise: BlockNoise | None) -> BlockNoise | None:
    """What a stored reference knows of its windows, where these are as those of the run."""
    windows = config.windows
    if noise is None or windows is None:
        return None
    is_same = noise.length == length_of(windows) and noise.timezone == windows.timezone
    return noise if is_same else None


def known_blocks(config: Config, reference: Profile) -> Iterator[Finding]:
    """How many blocks there are, and what is not known of too few; nothing without windows."""
    length = None if config.windows is None else length_of(config.windows)
    if length is None:
        return
    noise, unit = reference.noise, WORDS.get(length, "window")
    why, season = None, config.reference.season
    if noise is None and season is not None:
        phase = "hour" if season == "1d" else "weekday and hour"
        why = (
            f"the reference has fewer than {FEWEST} windows of {length} beside others of the same"
            f" {phase}, or was summarised without the season"
        )
    elif noise is None:
        why = f"the reference was summarised without windows of {length}; name them in --config"
    elif len(noise.starts) < FEWEST:
        why = f"the reference has fewer than {FEWEST} complete windows of {length}"
    if why is not None:
        why = f"what columns do by themselves from {unit} to {unit} is not known: {why}"
    known = 0 if noise is None or why is not None else len(noise.starts)
    yield Finding(BLOCKS, float(known), reason=why)
