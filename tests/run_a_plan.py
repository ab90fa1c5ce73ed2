"""Work a plan off in a process of its own, so that a test can kill it or take its disk space away.

python -m tests.run_a_plan DATABASE RUN_FOLDER BASE_URL [--concurrency N] [--file-limit BYTES] [--engine batch]
"""

import argparse
import resource
from functools import partial
from pathlib import Path

from glan_core.engines.batch import execute as execute_by_batch
from glan_core.engines.engine import EngineChoice
from glan_core.engines.local import execute
from glan_core.errors import GlanError
from glan_core.llm.endpoint import Endpoint
from glan_core.planning.plan import plan_from_data
from glan_core.quality.language import language_of
from glan_core.runs.journal import read_plan
from glan_core.store.database import open_database
from tests.model_server import API_KEY


def main() -> None:
    """Print `finished`, or the error that ended the run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("database", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("base_url")
    parser.add_argument("--concurrency", type=int, default=4)
    parser.add_argument("--file-limit", type=int, default=resource.RLIM_INFINITY)
    parser.add_argument("--engine", default="local")
    arguments = parser.parse_args()
    plan = plan_from_data(read_plan(arguments.folder))
    with open_database(arguments.database) as database:
        language_of("It unpacks its model into a temporary file, which the limit is not about.")
        resource.setrlimit(resource.RLIMIT_FSIZE, (arguments.file_limit, resource.RLIM_INFINITY))
        try:
            by_batch = partial(
                execute_by_batch, choice=EngineChoice("batch", poll_seconds=0.01, most_poll_seconds=0.05)
            )
            progress = (by_batch if arguments.engine == "batch" else execute)(
                plan,
                database=database,
                folder=arguments.folder,
                endpoint=Endpoint(arguments.base_url, API_KEY),
                concurrency=arguments.concurrency,
            )
        except GlanError as error:
            print(type(error).__name__, error.message)
        else:
            print(progress.state.value)


if __name__ == "__main__":
    main()
