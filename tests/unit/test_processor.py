"""Where NumPy sorts with AVX-512, told from what Linux says of a processor."""

from __future__ import annotations

import os
import sys

import pytest
from numpy._core._multiarray_umath import __cpu_features__

from mmon.cli import processor
from tests.e2e.running import python

AVX2 = "fpu sse2 avx avx2"
AVX512 = f"{AVX2} avx512f avx512dq avx512_vbmi2"


def cpuinfo(vendor: str, family: int, model: int, flags: str) -> str:
    """The first of two processors, as Linux writes it, and the beginning of the next."""
    return (
        f"processor\t: 0\nvendor_id\t: {vendor}\ncpu family\t: {family}\nmodel\t\t: {model}\n"
        f"model name\t: a processor: fast\nflags\t\t: {flags}\npower management:\n\nprocessor\t: 1"
    )


ZEN_4 = cpuinfo("AuthenticAMD", 25, 17, AVX512)
CHOICE = set(processor._choice())


@pytest.mark.parametrize(
    "model",
    [17, 24, 97, 116, 160],
    ids=["Genoa", "Storm Peak", "Raphael", "Phoenix", "Bergamo"],
)
def test_zen_4_sorts_slowly(model: int) -> None:
    assert processor.sorts_slowly(cpuinfo("AuthenticAMD", 25, model, AVX512))


@pytest.mark.parametrize(
    "text",
    [
        cpuinfo("AuthenticAMD", 25, 33, AVX2),  # Zen 3
        cpuinfo("AuthenticAMD", 26, 68, AVX512),  # Zen 5
        cpuinfo("GenuineIntel", 6, 207, AVX512),
        cpuinfo("GenuineIntel", 25, 17, AVX512),
        "Processor\t: AArch64\nFeatures\t: asimd",
        "",
    ],
)
def test_no_other_processor_does(text: str) -> None:
    assert not processor.sorts_slowly(text)


_SORTS = """
import os, warnings, sys
warnings.simplefilter("error")
warnings.filterwarnings("ignore", ".*not supported by your machine")
from mmon.cli import processor
processor._cpuinfo = lambda: {cpuinfo!r}
processor.avoid_slow_sort()
import numpy
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
offered = [name for name in processor._SORTS if name in __cpu_dispatch__ and __cpu_features__[name]]
print(offered, processor.described(), sep="; ")
"""


def sorts_of(cpuinfo: str, **chosen: str) -> str:
    """The sorts that NumPy has on a processor, and what is said of it."""
    unset = {"NPY_ENABLE_CPU_FEATURES", processor.VARIABLE} - set(chosen)
    undo = "".join(f"import os; os.environ.pop({name!r}, None)\n" for name in sorted(unset))
    ended = python(undo + _SORTS.format(cpuinfo=cpuinfo), env=chosen)
    assert ended.status == 0, ended.err
    return ended.out.strip()


def test_numpy_does_without_those_sorts_on_zen_4_alone() -> None:
    here = [name for name in processor._SORTS if __cpu_features__.get(name) and name in CHOICE]
    without, other = sorts_of(ZEN_4), sorts_of(cpuinfo("AuthenticAMD", 26, 68, AVX512))
    assert without.startswith("[]; ")
    if CHOICE & set(processor._SORTS):  # on Arm there is nothing to leave out
        assert without.endswith(": AMD's Zen 4 is slow to sort with them")
    assert other == f"{here}; NumPy uses all that the processor offers"


def test_what_the_user_chose_stands() -> None:
    assert sorts_of(ZEN_4, NPY_DISABLE_CPU_FEATURES="").endswith("processor offers")
    chosen = sorts_of(ZEN_4, NPY_DISABLE_CPU_FEATURES="X86_V3")
    assert chosen.endswith("NumPy does without X86_V3: NPY_DISABLE_CPU_FEATURES says so")


def test_a_process_that_has_numpy_keeps_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np

    monkeypatch.setattr(processor, "_cpuinfo", lambda: ZEN_4)
    before = dict(os.environ)
    processor.avoid_slow_sort()
    assert np.__name__ in sys.modules
    assert dict(os.environ) == before
