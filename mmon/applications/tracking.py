"""What an application of a user's own is: a class with one method, or a decorated function."""

from __future__ import annotations

import abc
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from mmon.applications.given import Metric, Result

if TYPE_CHECKING:
    from mmon.applications.context import TrackingContext

One = Result | Metric
Given = One | float | Sequence[One] | Mapping[str, float]
"""What `Application.do_tracking` may return; a plain number is a result named as the application,
and a mapping holds a number for each name."""


def named_as(text: str) -> str:
    """The name of an application that is a class or function of that name.

    Examples
    --------
    >>> named_as("HTTPErrorShare"), named_as("refund_rate")
    ('http-error-share', 'refund-rate')
    """
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", text)
    return parts.replace("_", "-").strip("-").lower()


class Application(abc.ABC):
    """A user's own application: it sees one window and gives numbers, as MLRun's do.

    Attributes
    ----------
    NAME : str
        What results and reports call it, unless the configuration says otherwise; by default the
        name of the class, in small letters with hyphens.

    Examples
    --------
    >>> import mmon
    >>> class RefundRate(mmon.Application):
    ...     def do_tracking(self, context):
    ...         rate = context.sample_df.select("refund").collect()["refund"].mean()
    ...         return mmon.Result("refund_rate", rate, detected=0.05, unit="share")
    >>> RefundRate.NAME
    'refund-rate'
    """

    NAME: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        if "NAME" not in vars(cls):
            cls.NAME = named_as(cls.__name__)

    @abc.abstractmethod
    def do_tracking(self, context: TrackingContext) -> Given:
        """The numbers of one window."""


class FunctionApplication(Application):
    """An application that is one function of the context."""

    def __init__(self, function: Callable[[TrackingContext], Given]) -> None:
        self._function = function
        self.__doc__ = function.__doc__
        self.__module__ = function.__module__
        self.__name__ = function.__name__

    def do_tracking(self, context: TrackingContext) -> Given:
        """What the function returns."""
        return self._function(context)


def application(function: Callable[[TrackingContext], Given]) -> FunctionApplication:
    """Make an application of a function, which may return a plain number.

    Examples
    --------
    >>> import mmon
    >>> @mmon.application
    ... def refund_rate(context):
    ...     return context.sample_df.select("refund").collect()["refund"].mean()
    >>> refund_rate.__name__
    'refund_rate'
    """
    return FunctionApplication(function)


def page_of(one: Application) -> str:
    """Its manual page: what its class or function says of itself."""
    own = one if isinstance(one, FunctionApplication) else type(one)
    text = own.__doc__ if own.__doc__ is not None else ""
    return inspect.cleandoc(text)


def called(one: Application) -> str:
    """The name of the one result of an application that returns a plain number."""
    name: Any = getattr(one, "__name__", None) or one.NAME
    return str(name).replace("-", "_")
