"""Keeps NumPy from sorting with AVX-512 on AMD's Zen 4, where that is five to ten times slower.

Its sort writes to memory with ``vpcompress``, which is microcode there. See issue 6 of
numpy/x86-simd-sort; OpenJDK leaves its own AVX-512 sort out on the same family (JDK-8317976).
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

VARIABLE = "NPY_DISABLE_CPU_FEATURES"

# What its AVX-512 sorts are compiled for: before NumPy 2.4, and since, and of 16 bits.
_SORTS = ("AVX512_SKX", "X86_V4", "AVX512_ICL")
# NumPy's own text. It warns of other names, and cannot be imported without what is always there.
_CHOICE = re.compile(rb"not part of the dispatched optimizations\n\(([\w ]*)\)")
_ENOUGH_BYTES = 1 << 13


def avoid_slow_sort() -> None:
    """Tell NumPy, before it is imported, what to leave out; a choice of the user's stands."""
    chosen = {VARIABLE, "NPY_ENABLE_CPU_FEATURES"} & set(os.environ)
    if "numpy" not in sys.modules and not chosen and sorts_slowly(_cpuinfo()):
        names = [name for name in _choice() if name in _SORTS]
        if names:
            os.environ[VARIABLE] = " ".join(names)


def described() -> str:
    """What NumPy does without in this process, and why."""
    left_out = os.environ.get(VARIABLE)
    if not left_out:
        return "NumPy uses all that the processor offers"
    is_slow = sorts_slowly(_cpuinfo()) and set(left_out.split()) <= set(_SORTS)
    why = "AMD's Zen 4 is slow to sort with them" if is_slow else f"{VARIABLE} says so"
    return f"NumPy does without {left_out}: {why}"


def sorts_slowly(cpuinfo: str) -> bool:
    """Whether these are AMD processors of Zen 4: of family 25, Zen 3 has no AVX-512.

    The beginning of Linux's ``/proc/cpuinfo``, with all of the first processor, tells.
    """
    first = cpuinfo.split("\n\n", 1)[0]
    facts = dict(re.findall(r"^(.*?)\s*:[ ]?(.*)$", first, re.MULTILINE))
    identity = (facts.get("vendor_id"), facts.get("cpu family"))
    return identity == ("AuthenticAMD", "25") and "avx512f" in facts.get("flags", "").split()


def _cpuinfo() -> str:
    try:
        with Path("/proc/cpuinfo").open("rb") as file:
            return file.read(_ENOUGH_BYTES).decode("ascii", "replace")
    except OSError:  # no Linux
        return ""


def _choice() -> list[str]:
    """What NumPy, as it was built, can be told to do without; read, because it is not imported."""
    import importlib.util
    import mmap

    spec = importlib.util.find_spec("numpy")
    for folder in (spec and spec.submodule_search_locations) or ():
        for library in Path(folder, "_core").glob("_multiarray_umath*.so"):
            with (
                library.open("rb") as file,
                mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
            ):
                found = _CHOICE.search(content)
                return found[1].decode().split() if found else []
    return []
