"""Moves logins from the queue into PostgreSQL every quarter of an hour, instead of a service that always runs.

For Airflow 3. Put this file and fetch_etl_drain.py into the folder of DAGs. The workers need fetch-etl, and its
settings in their environment: AWS_REGION, Sqs__QueueName, ConnectionStrings__Logins, Masking__KeyFiles__0. Where the
program is not called fetch-etl, set the variable of Airflow fetch_etl_command to a JSON list, such as
["dotnet", "/opt/fetch-etl/fetch-etl.dll"].
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta, timezone

import fetch_etl_drain
from airflow.exceptions import AirflowFailException
from airflow.sdk import Variable, dag, task

# More invalid messages than this share say that a producer is broken.
MAX_INVALID_SHARE = 0.05


@dag(
    dag_id="fetch_etl_drain",
    schedule="*/15 * * * *",
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    # Two drains at a time would each see the other's messages in flight and wait for them.
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=5)},
    tags=["fetch-etl"],
    doc_md=__doc__,
)
def fetch_etl_drain_dag():
    @task(execution_timeout=timedelta(hours=1))
    def drain() -> dict:
        command = Variable.get("fetch_etl_command", default=["fetch-etl"], deserialize_json=True)
        try:
            summary = fetch_etl_drain.run(command)
        except fetch_etl_drain.DrainError as error:
            if error.exit_code == fetch_etl_drain.FAILED:
                # A wrong setting is as wrong the next time.
                raise AirflowFailException(str(error)) from error
            raise
        logging.getLogger(__name__).info("drained: %s", summary)
        return summary

    @task(retries=0)
    def check(summary: dict) -> None:
        share = fetch_etl_drain.invalid_share(summary)
        if share > MAX_INVALID_SHARE:
            raise AirflowFailException(
                f"{summary['deadLettered']} messages ({share:.1%}) were no valid logins: fetch-etl dead list says why"
            )

    check(drain())


fetch_etl_drain_dag()
