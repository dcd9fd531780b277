"""A DAG of Airflow that judges each day once it has closed, and retrains on a breach alone.

Put it among the DAGs of Airflow 3, where `mmon` is installed and ``MMON_HOME`` names the folder
with ``mmon.yaml``. Exit statuses: 0 goes on, 1 (a breach) retrains, 2 (a wrong configuration) fails
at once, 3 (data that cannot be read) is tried again, 4 (too few rows to tell) is skipped.
"""

from __future__ import annotations

import os
import subprocess
from datetime import datetime, timedelta

from airflow.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from airflow.sdk import dag, task

COMMAND = ("mmon", "run", "mmon.yaml", "--history", ".mmon/history.db", "--html", "report.html")


@dag(schedule="0 6 * * *", start_date=datetime(2024, 1, 1), catchup=False, max_active_runs=1)
def drift():
    """Judge, then retrain or not."""

    @task.branch(retries=3, retry_delay=timedelta(minutes=10))
    def judge() -> str:
        ended = subprocess.run(COMMAND, cwd=os.environ.get("MMON_HOME", "."), check=False)
        if ended.returncode == 1:
            return "retrain"
        if ended.returncode == 2:
            raise AirflowFailException("the configuration is wrong: see the log")
        if ended.returncode == 4:
            raise AirflowSkipException("too few rows to tell")
        if ended.returncode != 0:
            raise AirflowException(f"mmon could not do it: exit status {ended.returncode}")
        return "keep"

    @task
    def retrain() -> None:
        """Put your own here."""

    @task
    def keep() -> None:
        """The model is as good as it was."""

    judge() >> [retrain(), keep()]


drift()
