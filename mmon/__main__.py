"""Where the command line begins: from here on, an interrupt ends it without a traceback."""

# Not the module signal: in the milliseconds that it takes to import, an interrupt would show one.
import _signal  # type: ignore[import-not-found]  # typeshed does not show it
import os

_FAILURE = 3
_INTERRUPTED = 130


def main() -> None:
    """Run the command line and exit."""
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _end)
    try:
        from mmon.cli import supervision

        supervision.supervise(_work)
    except Exception as error:  # without memory or files, not even the imports end well
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        _end_with(_FAILURE, f"cannot start: {reason.lower()}")


def _work() -> int:
    from mmon.cli import app as cli

    return cli.work()


def _end(_number: int, _frame: object) -> None:
    _end_with(_INTERRUPTED, "interrupted")


def _end_with(status: int, message: str) -> None:
    try:
        os.write(2, f"mmon: {message}\n".encode(errors="backslashreplace"))
    finally:  # standard error may be closed
        os._exit(status)


if __name__ == "__main__":
    main()
