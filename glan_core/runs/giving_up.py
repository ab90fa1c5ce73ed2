"""How does a run that nobody works on stop waiting for what a batch service has of it?"""

import dataclasses
from pathlib import Path

from glan_core.amounts import count_of
from glan_core.runs.batch_parts import Out, give_up_parts
from glan_core.runs.journal import Journal
from glan_core.runs.run_folder import find_status, write_status
from glan_core.store.database import Database, explained_errors
from glan_core.store.runs import find_run, save_run


def give_up_awaited(database: Database, folder: Path) -> Out:
    """Give up the parts of a run that are with the service, let the run say so, and tell how much that was.

    Parts whose results are here stay for the batch engine to use. Raises StoreError if a process works on the run,
    DiskError if it cannot be noted.
    """
    with Journal(folder):
        given_up = give_up_parts(folder, keeps_fetched=True)
        if not given_up.calls:
            return given_up
        calls, parts = count_of(given_up.calls, "call"), count_of(given_up.parts, "part")
        message = f"{calls} in {parts} were given up. Go on with the run to ask for them again."
        status = find_status(folder)
        if status is not None:
            write_status(folder, dataclasses.replace(status, message=message))
        with explained_errors(database.path), database.writing:
            cursor = database.cursor()
            run = find_run(cursor, folder.name)
            if run is not None:
                save_run(cursor, dataclasses.replace(run, message=message))
            cursor.close()
    return given_up
