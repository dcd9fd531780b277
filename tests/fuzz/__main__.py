"""``python -m tests.fuzz``: many mutants, or one again."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.campaign import Campaign
from tests.fuzz.server import Server
from tests.fuzz.subjects import SUBJECTS


def main() -> int:
    """Run, tell, and give 1 when anything ended badly."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--only", choices=[one.name for one in SUBJECTS], help="one kind of file")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the mutants")
    parser.add_argument("--times", type=int, default=10, help="times the mutants of the tests")
    parser.add_argument("--number", type=int, help="one mutant again, kept in the folder fuzzed")
    asked = parser.parse_args()
    folder = Path("fuzzed" if asked.number is not None else tempfile.mkdtemp(prefix="mmon-fuzz-"))
    folder.mkdir(exist_ok=True)
    found = 0
    with Server(folder.resolve()) as server:
        campaign = Campaign(folder, server, asked.seed)
        for subject in SUBJECTS:
            if asked.only not in (None, subject.name):
                continue
            if asked.number is not None:
                print(campaign.trouble(subject, asked.number) or "ended as it should")
                print(*server.run(*[word.format(subject.suffix) for word in subject.words]))
                continue
            start = time.monotonic()
            for finding in campaign.findings(subject, subject.count * asked.times):
                print(finding, flush=True)
                found += 1
            seconds = time.monotonic() - start
            print(f"{subject.name}: {subject.count * asked.times} mutants, {seconds:.0f} s")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
