"""How is a plan of a workbench worked off by its batch service, without waiting long?"""

import dataclasses
from typing import Any

from glan_core.engines.batch import execute
from glan_core.engines.engine import EngineChoice
from glan_core.engines.progress import Progress
from glan_core.planning.plan import Plan
from tests.workbench import Workbench

QUICK = EngineChoice("batch", poll_seconds=0.01, most_poll_seconds=0.02)
HURRIED = dataclasses.replace(QUICK, waits=False)
"""Hands in what can be handed in, and ends."""


def batch(bench: Workbench, plan: Plan, *, choice: EngineChoice = QUICK, **options: Any) -> Progress:
    """Work a plan off by way of the service; options are those of execute."""
    return execute(
        plan,
        choice=choice,
        database=bench.database,
        folder=bench.folder(plan),
        endpoint=bench.server.endpoint,
        concurrency=1,
        **options,
    )
