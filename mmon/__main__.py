"""Where the command line begins: from here on, an interrupt ends it without a traceback."""

# Not the module signal: in the milliseconds that it takes to import, an interrupt would show one.
import _signal  # type: ignore[import-not-found]  # typeshed does not show it
import os

_INTERRUPTED = 130


def main() -> None:
    """Run the command line and exit."""
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _end)
    from mmon import supervision

    supervision.supervise(_work)


def _work() -> int:
    from mmon import cli

    return cli.work()


def _end(_number: int, _frame: object) -> None:
    os.write(2, b"mmon: interrupted\n")
    os._exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
