"""The files that a run writes, and where else its numbers go: a part of the configuration."""

from __future__ import annotations

import functools
from typing import Annotated

from pydantic import Field

from mmon.config.fields import OutputFile, ReportFile, Section
from mmon.config.option import Option, Panel
from mmon.config.telemetry import Telemetry

_written = functools.partial(Option, metavar="FILE", panel=Panel.OUTPUT)


class Outputs(Section):
    """Files to write, into folders that exist; a path of null writes none."""

    json_path: Annotated[
        OutputFile | None, _written("--json"), Field(alias="json", examples=["drift.json"])
    ] = None
    """Write the result document, with all that reports show; - prints it."""
    html: Annotated[OutputFile | None, _written("--html"), Field(examples=["drift.html"])] = None
    """Write the HTML report, one file that needs no other; - prints it."""
    markdown: Annotated[OutputFile | None, _written("--md"), Field(examples=["drift.md"])] = None
    """Write the Markdown report, for a pull request or a job page; - prints it."""
    csv: Annotated[OutputFile | None, _written("--csv"), Field(examples=["results.csv"])] = None
    """Write all results as a CSV table, one a line; - prints it."""
    parquet: Annotated[
        OutputFile | None, _written("--parquet"), Field(examples=["results.parquet"])
    ] = None
    """Write all results as a Parquet table, one a row; - prints it."""
    reports: Annotated[
        tuple[ReportFile, ...],
        _written("--report", is_list=True),
        Field(examples=[["summary.txt"]]),
    ] = ()
    """Write a report in the format that its name tells (.html, .md, .json, .csv, .parquet, .txt,
    .xml for JUnit, .prom for OpenMetrics), or in one named before it, as in gitlab=FILE. ``mmon
    explain`` tells of each format by its name."""
    otlp: Annotated[Telemetry | None, Field(examples=[{"endpoint": "http://localhost:4318"}])] = (
        None
    )
