"""Bad inputs and wrong usages: each ends in one clear sentence and the status that means it."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from mmon.cli.app import execute
from tests.e2e import bad_files
from tests.e2e.running import Ended, process

USAGE, FAILURE, INCONCLUSIVE = 2, 3, 4
OLD = "made by mmon, long ago"


@dataclasses.dataclass(frozen=True)
class Case:
    """One command line that cannot end well.

    Attributes
    ----------
    command : str
        Words after ``mmon``, split at blanks; ``''`` is an empty word.
    status : int
        The exit status it deserves.
    says : str
        A pattern in the first line on stderr (on stdout where a verdict is printed).
    is_real : bool
        Whether it runs as a process of its own; the others run in this process, which is faster.
    starts : bool
        Whether the run begins, so that the output of an earlier one must be gone.
    """

    command: str
    status: int
    says: str
    is_real: bool = False
    starts: bool = False

    def words(self) -> list[str]:
        return ["" if word == "''" else word for word in self.command.split()]


def reads(path: str, says: str, *, is_real: bool = False) -> Case:
    """A production dataset that cannot be read."""
    command = f"compare ref.parquet {path}"
    return Case(command, FAILURE, says, is_real=is_real, starts=True)


def usage(command: str, says: str, *, is_real: bool = False, starts: bool = False) -> Case:
    return Case(command, USAGE, says, is_real=is_real, starts=starts)


def wrong(options: str, says: str, *, starts: bool = False) -> Case:
    """Options of a comparison of two sound files that make no sense."""
    return usage(f"compare ref.parquet prod.parquet {options}", says, starts=starts)


UNREADABLE = [
    reads("nope.parquet", r"'nope.parquet' does not exist", is_real=True),
    reads("no/such/folder.csv", r"'no/such/folder.csv' does not exist"),
    reads("zero.csv", r"'zero.csv' is empty \(0 bytes\)"),
    reads("zero.parquet", r"'zero.parquet' is empty \(0 bytes\)"),
    reads("cut.parquet", r"'cut.parquet' is not a whole Parquet file"),
    reads("damaged.parquet", r"'damaged.parquet' is damaged", is_real=True),
    reads("text.parquet", r"'text.parquet' is not Parquet"),
    reads("ragged.csv", r"line 52 of 'ragged.csv' has more fields than its header"),
    reads("latin1.csv", r"'latin1.csv' is not UTF-8 text"),
    reads("utf16.csv", r"'utf16.csv' is UTF-16 text, not UTF-8"),
    reads("twice.csv", r"'twice.csv' names the column 'x' twice"),
    reads("quote.csv", r"'quote.csv' has a quotation mark that is never closed"),
    reads("semicolon.csv", r"'semicolon.csv' has a single column"),
    reads("cut.csv.gz", r"'cut.csv.gz' is compressed and cut off or damaged"),
    reads("array.json", r"'array.json' is one JSON array, not an object a line"),
    reads("broken.ndjson", r"line 2 of 'broken.ndjson' is not a JSON object"),
    reads("short.csv", r"line 71 of 'short.csv' has 1 of 2 fields"),
    reads("footer.csv", r"line 3002 of 'footer.csv' has 1 of 2 fields"),
    reads("comment.csv", r"line 10 of 'comment.csv' has 1 of 2 fields\n.*grep -v"),
    reads("joined.csv", r"line 3002 of 'joined.csv' is its header again"),
    reads("headless.csv", r"header of 'headless.csv' looks like a row of data.*\n.*has_header"),
    reads("open.csv", r"line 41 of 'open.csv' has a quotation mark that is never closed"),
    reads("nul.csv", r"line 3002 of 'nul.csv' holds NUL bytes"),
    reads("utf16le.csv", r"'utf16le.csv' holds NUL bytes: it is UTF-16 text.*\n.*iconv"),
    reads("cut.csv.bz2", r"'cut.csv.bz2' is compressed and cut off or damaged"),
    reads("cut.csv.xz", r"'cut.csv.xz' is compressed and cut off or damaged"),
    reads("infinity.ndjson", r"line 2 of 'infinity.ndjson' holds -Infinity"),
    reads("deep.ndjson", r"line 1 of 'deep.ndjson' is nested too deeply", is_real=True),
    reads("digits.ndjson", r"line 2 of 'digits.ndjson' holds the number 9999999999…"),
    reads("cut.ndjson", r"line 2 of 'cut.ndjson' is not a JSON object"),
    reads("damaged.ndjson.gz", r"'damaged.ndjson.gz' is compressed and cut off or damaged"),
    reads("parts", r"header of 'parts/part-0.csv' looks like a row of data"),
    reads("foreign.parquet", r"foreign.parquet shares no column with the reference.* has 'p', 'q'"),
    reads("texts", r"'texts/1.csv' has no column of 'texts/0.csv'\n.*has_header: false"),
    reads("cut.arrow", r"'cut.arrow' is not a whole Arrow IPC file"),
    reads("damaged.arrow", r"'damaged.arrow' is not a whole Arrow IPC file", is_real=True),
    reads("hudi", r"'hudi' is a table of Hudi"),
    reads("iceberg", r"'iceberg' is a table of Iceberg"),
    reads("delta/*.parquet", r"holds files of the Delta table 'delta'"),
    reads("conflict", r"'x' is Float64 in 'conflict/1.parquet' and String in 'conflict/2"),
    reads("hello.txt", r"the format of 'hello.txt' is not recognised"),
    reads("book.xlsx", r"'book.xlsx' is an Excel workbook"),
    reads("empty", r"the folder 'empty' holds no data file"),
    reads("*.nothing", r"'\*.nothing' matches no file"),
    reads("mixed", r"a dataset has one format"),
    reads("loop.csv", r"'loop.csv' .*"),
    reads("ref.csv/below.csv", r"'ref.csv/below.csv' .*"),
    reads("a" * 300 + ".csv", r"'a+(\.csv)?' is not a path: File name too long"),
    reads("prod.csv --format parquet", r"'prod.csv' is not Parquet"),
    reads("-", r"'standard input' is empty", is_real=True),
    reads("good.mmon", r"good.mmon.* is a baseline"),
    Case("compare header.csv prod.csv", FAILURE, r"reference header.csv has no rows", starts=True),
    Case(
        "compare no_rows.parquet prod.parquet", FAILURE, r"no_rows.parquet has no rows", starts=True
    ),
    Case("compare cut.mmon prod.parquet", FAILURE, r"cut.mmon", starts=True),
    Case("compare text.mmon prod.parquet", FAILURE, r"text.mmon", starts=True),
    Case(
        "compare foreign.mmon prod.parquet", FAILURE, r"foreign.mmon .*not a baseline", starts=True
    ),
    Case("compare headless.mmon prod.parquet", FAILURE, r"headless.mmon is damaged", starts=True),
    Case("compare flipped.mmon prod.parquet", FAILURE, r"damaged: its checksum", starts=True),
    Case("compare old.mmon prod.parquet", FAILURE, r"baseline format 2; this mmon", starts=True),
    Case("baseline show flipped.mmon", FAILURE, r"flipped.mmon is damaged: its checksum"),
    Case(
        "compare newer.mmon prod.parquet",
        FAILURE,
        r"newer.mmon has baseline format 99; this mmon reads up to 11",
        starts=True,
    ),
    Case("compare nope.mmon prod.parquet", FAILURE, r"there is no file 'nope.mmon'", starts=True),
    Case(
        "compare ref.parquet prod.parquet --every 1d --timestamp x",
        FAILURE,
        r"column 'x' holds Float64 values, not timestamps",
        starts=True,
    ),
    Case(
        "run closed.yaml",
        FAILURE,
        r"s3://bucket/data.parquet.* cannot be read: the server cannot be reached",
        starts=True,
    ),
    Case("baseline nope.parquet -o new.mmon", FAILURE, r"'nope.parquet' does not exist"),
    Case("baseline header.csv -o new.mmon", FAILURE, r"header.csv has no rows"),
    Case("baseline ref.parquet -o no/such/new.mmon", FAILURE, r"cannot write no/such/new.mmon"),
    Case("baseline show ref.parquet", FAILURE, r"ref.parquet .*not a baseline"),
    Case("baseline show nope.mmon", FAILURE, r"there is no file 'nope.mmon'"),
    Case("report nope.json", FAILURE, r"there is no file 'nope.json'"),
    Case("report broken.json", FAILURE, r"broken.json is not JSON"),
    Case("report foreign.json", FAILURE, r"foreign.json is not a result of mmon"),
    Case("report partial.json", FAILURE, r"partial.json is not a whole result of mmon"),
    Case("report no_points.json", FAILURE, r"pictures\[0\] has 0 counts for \d+ bins"),
    Case("report not_finite.json", FAILURE, r"not_finite.json is not JSON: it has no Infinity"),
    Case("report no_time.json --md -", FAILURE, r"windows\[0\] has a start that is no time"),
    Case("report no_window.json", FAILURE, r"tells of window 7, which it does not have"),
    Case("report deep.json", FAILURE, r"configuration(\.a)+.* is nested too deeply"),
    Case("report newer.json", FAILURE, r"newer.json is a result of version 99"),
    Case("report former.json", FAILURE, r"former.json is a result of version 1, and .* version 2"),
    Case("report empty", FAILURE, r"empty cannot be read"),
    Case("demo ref.csv/below", FAILURE, r"cannot write .*ref.csv/below"),
    Case("init no/such/folder.yaml", FAILURE, r"cannot write no/such/folder.yaml"),
]

WRONG_USAGE = [
    usage("", r"^Usage: mmon", is_real=True),
    usage("baseline", r"^Usage: mmon baseline"),
    usage("comparee ref.parquet", r"No such command 'comparee'. Did you mean 'compare'"),
    usage("compare", r"Missing argument 'REFERENCE'"),
    usage("compare ref.parquet", r"Missing argument 'PRODUCTION'"),
    usage("compare a b c", r"unexpected extra argument.*c"),
    usage("compare '' prod.parquet", r"reference.path: must be a text"),
    usage("compare s4://bucket/x.parquet prod.parquet", r"unknown scheme s4://", starts=True),
    usage("compare - -", r"standard input .*both", is_real=True),
    wrong("--jsn x", r"No such option: --jsn"),
    wrong("--metric", r"'?--metric'? requires an argument"),
    wrong("--metric pzi", r"--metric: unknown metric 'pzi'"),
    wrong("-t pzi=0.1", r"--threshold pzi: unknown metric 'pzi'"),
    wrong("-t ks", r"--threshold 'ks' is not a name, = and one or two numbers"),
    wrong("-t ks=", r"--threshold 'ks=' is not"),
    wrong("-t ks=a/b", r"--threshold 'ks=a/b' is not"),
    wrong("-t ks=1/2/3", r"--threshold 'ks=1/2/3' is not"),
    wrong("-t =0.1", r"--threshold '=0.1' is not"),
    wrong("-t ks=nan", r"--threshold ks: .*finite"),
    wrong("-t ks=0.3/0.1", r"--threshold ks: potential \(0.3\) is above detected \(0.1\)"),
    wrong("-t missing_share.min=0.1", r"--threshold missing_share: is not a key"),
    wrong("-t x.pzi=0.1", r"--threshold x.pzi: unknown metric or check 'pzi'"),
    wrong("-t x.ks=0.3/0.1", r"--threshold x.ks: potential \(0.3\) is above detected"),
    wrong("-t gaps.max=-.inf", r"--threshold 'gaps.max=-.inf' is not a name"),
    wrong("-t gaps.max=-inf", r"--threshold gaps: must be a finite number"),
    wrong("-t invocations=5", r"of invocations both sides may be worse"),
    wrong("-m ks -t psi=0.1", r"--threshold psi: .* not computed"),
    wrong("--fail-on sometimes", r"--fail-on.*'sometimes' is not one of"),
    wrong("--on-inconclusive shrug", r"--on-inconclusive.*'shrug' is not one of"),
    wrong("--alpha lots", r"--alpha.*number"),
    wrong("--alpha 0", r"--alpha: must be above 0, not 0"),
    wrong("--alpha 7", r"--alpha: must be below 1, not 7"),
    wrong("--alpha nan", r"--alpha: must be a finite number"),
    wrong("--every fortnight", r"--every: must be a length of time"),
    wrong("--rows 0", r"--rows: must be at least 1, not 0"),
    wrong("--rows some", r"--rows.*integer"),
    wrong("--every 1d --rows 5", r"--every and --rows: .*not both"),
    wrong("--every 1d --timezone Mars/Base", r"--timezone: must be a time zone"),
    wrong("--timezone UTC", r"--timezone is of use only with --every"),
    usage("compare ref.csv prod.csv --every 1d", r"need a timestamp column", starts=True),
    wrong("--timestamp nope", r"--timestamp: .*no.* column 'nope'|neither.*'nope'", starts=True),
    wrong("--column nope", r"--column: .*no column 'nope'", starts=True),
    wrong("--column X", r"--column: .*no column 'X'\n.*did you mean 'x'", starts=True),
    wrong("--ignore nope", r"--ignore: neither dataset has a column 'nope'", starts=True),
    wrong("--ignore Group", r"--ignore: .*'Group'\n.*did you mean 'group'", starts=True),
    wrong("--ignore n*", r"--ignore: neither dataset has a column 'n\*'", starts=True),
    wrong("--column x --ignore x", r"'x' is listed under both"),
    wrong("--column x --ignore ?", r"'x' is listed under both"),
    wrong("--separator ab", r"--separator: .*1 character"),
    wrong("--format xls", r"--format: must be 'csv', .* or 'tsv', not 'xls'"),
    wrong("--json - --md -", r"cannot both go to standard output"),
    wrong("--json same --html same", r"json and the html report cannot both go to same"),
    wrong("--json prod.parquet", r"json report would replace prod.parquet, which is read"),
    wrong("--html ''", r"path of the html report is empty"),
    usage("baseline ref.parquet", r"Missing option '--output'"),
    usage("baseline ref.parquet -o ref.parquet", r"ref.parquet would not be known as a baseline"),
    usage(
        "baseline ref.parquet -o ref.base",
        r"ref.base would not be known as a baseline\n  hint: .*\.mmon",
    ),
    usage("report good.json --html good.json", r"would replace good.json, which is read"),
    usage("init good.yaml", r"good.yaml exists already"),
    usage("explain pzi", r"unknown name 'pzi'\n  hint: did you mean 'psi'"),
    usage("run nope.yaml", r"there is no file 'nope.yaml'"),
    usage("run empty.yaml", r"empty.yaml.*"),
    usage("run empty", r"'empty' cannot be read"),
    usage("run latin1.yaml", r"latin1.yaml is not a text in UTF-8"),
    usage("validate syntax.yaml", r"syntax.yaml"),
    usage("validate tab.yaml", r"tab.yaml"),
    usage("validate list.yaml", r"list.yaml"),
    usage("validate duplicate.yaml", r"duplicate.yaml.*\n.*alpha"),
    usage("run unknown.yaml", r"unknown.yaml.*\n.*alhpa.*\n.*alpha"),
    usage("validate type.yaml", r"type.yaml: 2 problems"),
    usage("run unset.yaml", r"unset.yaml.*\n.*MMON_TEST_IS_NOT_SET"),
    usage("validate one_side.yaml", r"one_side.yaml.*\n.*production"),
    usage("run backwards.yaml", r"windows \(line 3\): start .* is not before end"),
    usage("run two_outputs.yaml --html same.txt", r"json and the html report cannot both go to"),
    usage("run good.yaml --html good.yaml", r"would replace good.yaml, which is read"),
    usage(
        "run good.yaml --set columns.cluster=nope",
        r"columns.cluster: neither dataset has a column 'nope'",
        starts=True,
    ),
    usage("run good.yaml --set columns.cluster=[x]", r"columns.cluster.*"),
]

UNDECIDED = [
    Case("compare ref.csv header.csv", INCONCLUSIVE, r"production has no rows"),
    Case("compare ref.parquet one_row.parquet", INCONCLUSIVE, r"it takes about [\d,]+"),
    Case("compare one_row.parquet prod.parquet", INCONCLUSIVE, r"INCONCLUSIVE"),
    Case("compare only_ids.parquet only_ids.parquet", INCONCLUSIVE, r"no column could be tested"),
    Case("compare only_lists.parquet only_lists.parquet", INCONCLUSIVE, r"no column could be test"),
    Case("compare nan_inf.parquet nan_inf.parquet", INCONCLUSIVE, r"INCONCLUSIVE"),
    Case(
        "compare only_group.parquet only_group.parquet --metric ks",
        INCONCLUSIVE,
        r"no column could be tested",
    ),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("bad")
    bad_files.write(found)
    return found


@pytest.fixture(autouse=True)
def _in_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)


def ended(case: Case, words: list[str], capfd: pytest.CaptureFixture[str]) -> Ended:
    if case.is_real:
        return process(*words)
    capfd.readouterr()
    status = execute(words)
    return Ended(status, *capfd.readouterr())


def name(case: Case) -> str:
    """The command, short enough for a test report."""
    return case.command[:60] or "nothing"


def _is_one_clear_sentence(message: str) -> None:
    """A line that begins with mmon, and below it, indented, what to do; or a page of help."""
    assert "Traceback" not in message
    assert "internal error" not in message
    first, *others = message.splitlines()
    assert first.startswith(("mmon: ", "Usage: mmon"))
    if first.startswith("mmon: "):
        assert len(first) < 500
        assert all(line.startswith("  ") for line in others), message


@pytest.mark.slow
@pytest.mark.parametrize("case", UNREADABLE + WRONG_USAGE, ids=name)
def test_trouble_ends_in_one_clear_sentence_and_its_status(
    case: Case, folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = case.words()
    old = tmp_path / "old.html"
    takes_output = words[:1] in (["compare"], ["run"]) and "--html" not in words
    if takes_output:
        old.write_text(OLD)
        words[1:1] = ["--html", str(old)]
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir() if path.is_file()}

    found = ended(case, words, capfd)

    assert found.status == case.status, found.err
    assert found.out == ""
    assert re.search(case.says, found.err), found.err
    _is_one_clear_sentence(found.err)
    after = {path: path.stat().st_mtime_ns for path in folder.iterdir() if path.is_file()}
    assert after == before, "it wrote, removed or changed a file"
    if takes_output:
        assert [path.name for path in tmp_path.iterdir()] == ([] if case.starts else ["old.html"])


@pytest.mark.parametrize("case", UNDECIDED, ids=name)
def test_what_cannot_be_decided_is_inconclusive_and_says_why(
    case: Case, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    result = tmp_path / "result.json"
    found = ended(case, [*case.words(), "--json", str(result)], capfd)
    assert found.status == case.status, found.out + found.err
    assert found.err == ""
    last = found.out.splitlines()[-1]
    assert re.search(case.says, last), found.out
    assert '"verdict": "inconclusive"' in result.read_text()


@pytest.mark.parametrize("case", UNDECIDED, ids=name)
def test_inconclusive_passes_only_when_asked_to(
    case: Case, capfd: pytest.CaptureFixture[str]
) -> None:
    words = [*case.words(), "--on-inconclusive", "pass"]
    assert ended(dataclasses.replace(case, is_real=False), words, capfd).status == 0
