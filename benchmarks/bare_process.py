"""What would the same calls need if there were nothing but the calls?

As many workers as may be in flight, each posting JSON and reading JSON with aiohttp: no limits, no retries, no files.
The bodies are those that the server got from the engine, in that order. A process of its own; a few calls before the
clock starts take care of what happens once, and the connections are opened while it runs, as the engine's are.
"""

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.behaviour import WARM_UP_BEHAVIOUR, WARM_UP_CALLS, WARM_UP_CONCURRENCY
from benchmarks.clock import Clock, peak_memory_bytes
from benchmarks.server_process import reset
from benchmarks.tasks import Measurement, Task, task_from_json


def run_bare(task: Task) -> Measurement:
    """Post the bodies in the task's folder."""
    bodies = json.loads((Path(task.folder) / "bodies.json").read_bytes())
    url = f"{task.address}/v1/chat/completions"
    reset(task.address, WARM_UP_BEHAVIOUR)
    asyncio.run(_post_all(url, bodies[:WARM_UP_CALLS], concurrency=WARM_UP_CONCURRENCY))
    reset(task.address, task.behaviour)
    with Clock(task.profile) as clock:
        replies = asyncio.run(_post_all(url, bodies, concurrency=task.concurrency))
    return Measurement(
        seconds=clock.seconds,
        cpu_seconds=clock.cpu_seconds,
        peak_memory_bytes=peak_memory_bytes(),
        replies=replies,
    )


async def _post_all(url: str, bodies: list[dict[str, Any]], *, concurrency: int) -> int:
    waiting = iter(bodies)
    replies = 0

    async def work() -> None:
        nonlocal replies
        for body in waiting:
            async with session.post(url, json=body) as response:
                is_completion = bool((await response.json())["choices"])
            replies += is_completion

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(work() for _ in range(concurrency)))
    return replies


if __name__ == "__main__":
    print(json.dumps(asdict(run_bare(task_from_json(sys.argv[1])))))  # noqa: T201 - what the caller reads
