"""Runs "fetch-etl drain --json" and reads the line that it prints. It needs nothing of Airflow.

Exit codes of drain: 0 the queue is empty, 1 a setting, the queue or the database is at fault, 3 messages are left.
The summary goes to standard output as one line of JSON, the log to standard error.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence

EMPTY, FAILED, LEFT = 0, 1, 3

# The whole numbers of the summary. It also has "seconds", "messagesPerSecond" and "apiCalls".
COUNTS = ("received", "written", "duplicates", "deadLettered", "returned", "statements")

# drain stops in order within Service:ShutdownTimeoutSeconds, 25 by default.
STOP_SECONDS = 35


class DrainError(Exception):
    """drain did not empty the queue."""

    def __init__(self, exit_code: int) -> None:
        super().__init__(
            "messages are left on the queue; the last lines of the log say how many and why"
            if exit_code == LEFT
            else f"drain ended with exit code {exit_code}; the last lines of the log name the problem and its remedy"
        )
        self.exit_code = exit_code


def run(command: Sequence[str]) -> dict:
    """Runs drain to its end, and passes its log on.

    The settings come from the environment of this process: Sqs__QueueName, ConnectionStrings__Logins and so on.

    :param command: how fetch-etl is started, such as ["fetch-etl"] or ["dotnet", "/opt/fetch-etl/fetch-etl.dll"].
    :returns: the summary.
    :raises DrainError: the queue is not empty, or drain could not work.
    """
    process = subprocess.Popen([*command, "drain", "--json"], stdout=subprocess.PIPE, stderr=None, text=True)
    try:
        output, _ = process.communicate()
    except BaseException:
        # The task is ended: by a timeout, or by a person.
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise
    if process.returncode != EMPTY:
        raise DrainError(process.returncode)
    return read_summary(output)


def read_summary(output: str) -> dict:
    """Reads the summary, and checks that it has the counts that the DAG uses."""
    summary = json.loads(output)
    missing = [name for name in COUNTS if not isinstance(summary.get(name), int)]
    if missing:
        raise ValueError(f"the summary has no whole number under {', '.join(missing)}")
    return summary


def invalid_share(summary: dict) -> float:
    """The share of dead letters among the messages that were settled, 0 to 1."""
    settled = summary["written"] + summary["duplicates"] + summary["deadLettered"]
    return summary["deadLettered"] / settled if settled else 0.0


if __name__ == "__main__":
    # Without Airflow: python3 fetch_etl_drain.py fetch-etl
    try:
        result = run(sys.argv[1:])
    except DrainError as error:
        sys.exit(f"{error}")
    print(json.dumps({**result, "invalidShare": invalid_share(result)}))
