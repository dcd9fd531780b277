"""Turns what Polars and the system say of a failed read into one sentence for a person."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping

from polars.exceptions import PanicException, PolarsError

from mmon.errors import ConfigError, DataError, MmonError
from mmon.files import witness
from mmon.texts.redaction import masked

# Polars names deep types by recursion.
READ_FAILURES = (OSError, PolarsError, ValueError, EOFError, RecursionError, PanicException)

_LONGEST_LINE = 400

_ACCESS = "check the credentials and what they may read"
_OTHER_FORMAT = "if it is in another format, say so with the format option"
_COPY = "the file may have been written or copied only in part"

# What the message holds, what to say about the file, and what to do; the first match counts, so
# that causes stand before the general words that accompany them.
_KNOWN: Mapping[str, tuple[str, str]] = {
    r"called with no format and no time zone": (
        "holds times in text that say how far they are from UTC",
        "name the type Datetime[us, UTC] for them in dtypes",
    ),
    r"NoSuchBucket|ContainerNotFound": ("is in a bucket that does not exist", "check its name"),
    r"InvalidAccessKeyId|SignatureDoesNotMatch|AuthenticationFailed|401 Unauthorized": (
        "cannot be read: the store does not accept the credentials",
        _ACCESS,
    ),
    r"403 Forbidden|AccessDenied|Permission denied": ("may not be read", _ACCESS),
    (
        r"169\.254\.169\.254|metadata\.google|NoCredentials|no credentials|credential"
        r"|Account must be specified"
    ): (
        "cannot be read: no credentials were found",
        "set storage_options or the environment variables of the store",
    ),
    r"Unable parse source url|create CloudLocation|[Hh]ugging [Ff]ace (path|uri)": (
        "is no address of an object store",
        "write it as s3://bucket/path, or as hf://datasets/owner/name/path",
    ),
    r"expanded paths were empty": ("matches no file", "check the path and the pattern"),
    r"dns error|failed to lookup address|Name or service not known|nodename nor servname": (
        "cannot be read: the server's name is unknown",
        "check the address and aws_endpoint_url, or the network",
    ),
    r"(?i)certificate": (
        "cannot be read: the certificate of the server is not trusted",
        "check the address; SSL_CERT_FILE names the certificates to trust",
    ),
    r"\[SSL|received corrupt message": (
        "cannot be read: the server speaks no TLS, or not the same",
        "check the address: is it http:// and not https://?",
    ),
    r"Connection refused|tcp connect error|client error \(Connect\)|Connection reset": (
        "cannot be read: the server cannot be reached",
        "check the address and the network",
    ),
    r"(?i)timed out|TimeoutError|deadline has elapsed": (
        "cannot be read: the server does not answer in time",
        "check the address, or raise its timeouts",
    ),
    r"error sending request": (
        "cannot be read: the server cannot be reached",
        "check the address and the network",
    ),
    r"builder error|URL scheme is not allowed": (
        "cannot be read: the address of the server is not allowed",
        'for plain http, set aws_allow_http: "true" in storage_options',
    ),
    r"Too many open files|TooManyOpenFiles": (
        "cannot be read: too many files are open",
        "allow more of them (ulimit -n)",
    ),
    r"NoSuchKey|404 Not Found|No such file or directory": ("does not exist", "check the path"),
    r"Is a directory": ("is a folder", "name its files with a pattern such as folder/*.csv"),
    r"must end with PAR1|size of the footer|EOF|eof": ("is not a whole Parquet file", _COPY),
    r"header and footer with at least": (
        "is not a Parquet file: it is too short to be one",
        _OTHER_FORMAT,
    ),
    r"encrypted|PARE": ("is an encrypted Parquet file", "decrypt it first"),
    r"parquet: |[Tt]hrift|dict-page|page header": (
        "is damaged, or is no Parquet file",
        "write it again",
    ),
    r"InvalidFooter|out-of-spec|InvalidFlatbuffer": ("is not a whole Arrow IPC file", _COPY),
    r"unexpected end of file|incomplete frame|corrupt (deflate|gzip)|invalid gzip": (
        "is compressed and cut off or damaged",
        _COPY,
    ),
    r"(?i)invalid utf-?8|valid UTF-8|codec can't decode": (
        "is not UTF-8 text",
        "convert it, for example with: iconv -f windows-1252 -t utf-8",
    ),
    r"empty CSV|empty reader": ("is empty", "a file needs at least a header"),
    r"found more fields than defined": (
        "has a line with more fields than its header",
        "check the separator and the quotes",
    ),
    r"not properly escaped": (
        "has a quotation mark that is never closed",
        'inside a quoted field, a " is written ""',
    ),
    r"schema lengths differ|schema names differ|extra columns? |unexpected columns?": (
        "holds files with different columns",
        "list the files one by one, so that missing columns can be told",
    ),
    r"NDJSON line expected|TapeError|Syntax at character|InvalidNumber|Eof at character": (
        "is not newline-delimited JSON",
        "one JSON object a line; turn an array into lines with: jq -c '.[]'",
    ),
    (
        r"not yet implemented|does not support primitive|precision must be between"
        r"|could not import from|datatype Union"
    ): (
        "holds a column of a type that cannot be read",
        "leave that column out of the file, or write it as another type",
    ),
    r"non-2xx status code|response body error|non-partial response|list response": (
        "cannot be read: the server answers with a failure, or not as an object store does",
        "check the address and aws_endpoint_url, or try again",
    ),
    r"No space left on device": ("cannot be read: the disk is full", "free some space"),
}
# Values and names in these are of any length, and look like anything: what repeats is bounded, so
# that the time stays linear in the text.
_PARSE = re.compile(
    r"` as dtype `(?P<dtype>[^`]{0,200})` at column '(?P<column>.{0,2000}?)'"
    r" \(column number (?P<number>\d{1,9})\)",
    re.DOTALL,
)
_OPTION = re.compile(r"invalid value for '[^']*'.*|(?<=Generic Config error: )[^(\n]*[^(\n ]")
_CAST = re.compile(
    r"conversion from `(?P<old>[^`]{1,200})` to `(?P<dtype>[^`]{1,200})` failed in column"
    r" '(?P<column>.{0,2000}?)' for \d{1,20} out of \d{1,20} values: \[(?P<value>[^\]]{0,2000})",
    re.DOTALL,
)


def explain_read_error(error: BaseException, name: str) -> MmonError:
    """The error to raise in place of one of `READ_FAILURES`, met while data was read.

    Polars reads when a frame is collected, not when it is opened, so whoever collects a frame from
    `mmon.sources` wraps the collection in `reading`, which calls this.
    """
    if isinstance(error, MmonError):
        return error
    text = str(error)
    wrong_option = _OPTION.search(text)
    if wrong_option is not None:
        return ConfigError(f"storage_options of {name!r}: {wrong_option[0]}")
    found = misfit(text)
    if found is not None:
        return _explain_misfit(found, name)
    if isinstance(error, PermissionError) and "object-store" not in text:
        return DataError(f"{name!r} may not be read", hint="check the permissions of the file")
    for words, (trouble, hint) in _KNOWN.items():
        if re.search(words, text):
            return DataError(f"{name!r} {trouble}", hint=hint)
    line = text.strip().split("\n", 1)[0].rstrip(".:")
    said = _short(line, _LONGEST_LINE) or type(error).__name__
    return DataError(f"{name!r} cannot be read: {said}")


@contextlib.contextmanager
def reading(name: str) -> Iterator[None]:
    """Whatever fails inside is raised as `explain_read_error` says it."""
    with witness.reading(masked(name)):
        try:
            yield
        except READ_FAILURES as error:
            witness.hears_panic()  # this one is told already
            raise explain_read_error(error, name) from cause_of(error)
    # A thread of Polars that panics ends its stream as if the data had ended.
    if witness.hears_panic():
        raise DataError(f"{name!r} cannot be read: it is damaged", hint="write it again")


def cause_of(error: BaseException) -> BaseException | None:
    """What a traceback may show as the cause: an error in whose words nothing is secret."""
    return error if masked(str(error)) == str(error) else None


def misfit(text: str) -> re.Match[str] | None:
    """Where Polars says that a value does not fit its type, if no quotation mark is the cause."""
    return None if "not properly escaped" in text else _CAST.search(text) or _PARSE.search(text)


def _explain_misfit(match: re.Match[str], name: str) -> MmonError:
    hint = "name another type for it in dtypes"
    if match.re is _CAST:
        what = f"{_short(match['value'], 40)}, which cannot become {match['dtype']}"
    else:
        value = match.string[: match.start()].partition("could not parse `")[2]
        what = f"{_short(value, 40)!r}, which is not of type {match['dtype']}"
        hint += ", or list the text in null_values"
    return DataError(f"column {match['column']!r} of {name!r} holds {what}", hint=hint)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."
