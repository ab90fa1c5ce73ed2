"""Which options say where texts are read: in one process, or by Ray's actors?"""

import contextlib
from collections.abc import Iterator
from typing import Annotated, Literal

import typer

from glan_core.commands.engine_options import RayAddressOption, engine_choice
from glan_core.engines.ray_texts import TextActors
from glan_core.spreading import Spread

__all__ = ["RayAddressOption", "TextActorsOption", "TextEngine", "TextEngineOption", "spread_by"]

TextEngine = Literal["local", "ray"]
TextEngineOption = Annotated[
    TextEngine,
    typer.Option("--engine", help="Where texts are read: local, by this process, or ray, by actors on many machines."),
]
TextActorsOption = Annotated[
    int | None, typer.Option("--actors", min=1, help="ray: how many actors read. Default: one for each core.")
]


@contextlib.contextmanager
def spread_by(engine: TextEngine, ray_address: str | None, actors: int | None) -> Iterator[Spread | None]:
    """Give what calls functions by Ray's actors, which are gone at the end; None for this process.

    SettingsError where Ray is not installed, and for options that are another engine's.
    """
    choice = engine_choice(engine, no_wait=False, ray_address=ray_address, actors=actors)
    if engine == "local":
        yield None
        return
    with TextActors(choice) as spread:
        yield spread
