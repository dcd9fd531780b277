"""``python -m mmon`` is ``mmon``."""

from mmon.cli import main

main()
