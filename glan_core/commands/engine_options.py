"""Which options say where the calls of a run are made?"""

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from glan_core.engines.engine import ENGINES, LOCAL, EngineChoice, engine_named, engine_of
from glan_core.errors import SettingsError
from glan_core.runs.run_folder import find_status
from glan_core.runs.shard_addresses import check_address

EngineOption = Annotated[
    str | None, typer.Option(help=f"Where calls are made: {', '.join(ENGINES)}. Default: local, or as it was begun.")
]
NoWaitOption = Annotated[
    bool, typer.Option("--no-wait", help="batch: hand in what can be handed in, and end; `runs resume` fetches it.")
]
PartCallsOption = Annotated[
    int | None, typer.Option(min=1, help="batch: most calls that are handed in together. Default: 50,000.")
]
RayAddressOption = Annotated[
    str | None, typer.Option(help="ray: the address of a cluster, as HOST:6379. Default: one on this machine.")
]
ActorsOption = Annotated[
    int | None, typer.Option(min=1, help="ray: how many actors make calls. Default: one for each 64 calls at once.")
]
ShardsOption = Annotated[
    str | None,
    typer.Option(
        help="ray: the address under which actors write, where no disk is shared: s3://BUCKET/FOLDER. Remembered."
    ),
]


def engine_choice(
    engine: str | None,
    *,
    no_wait: bool,
    part_calls: int | None = None,
    ray_address: str | None = None,
    actors: int | None = None,
    shards: str | None = None,
    folder: Path | None = None,
) -> EngineChoice:
    """Give the engine that the options mean: without one the engine that the run in `folder` was with last.

    SettingsError for an engine that does not exist, for options that are another engine's, and for an address where
    nothing can be written.
    """
    status = find_status(folder) if folder is not None and engine is None else None
    name = engine_named(engine or (status.engine if status else LOCAL.name))
    if name != "batch" and (no_wait or part_calls):
        raise SettingsError("--no-wait and --part-calls are for the batch engine alone.", "Add --engine batch.")
    if name != "ray" and (ray_address or actors or shards):
        raise SettingsError("--ray-address, --actors and --shards are for the ray engine alone.", "Add --engine ray.")
    choice = EngineChoice(name, waits=not no_wait, ray_address=ray_address or "", actors=actors, shards=shards or "")
    if part_calls:
        choice = dataclasses.replace(choice, part_calls=part_calls)
    engine_of(choice)  # before anything is planned: it may not be installed
    if shards:
        check_address(shards)
    return choice
