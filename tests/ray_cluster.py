"""A small Ray cluster for tests, in a process of its own and gone with it.

python -m tests.ray_cluster CPUS FOLDER [--nodes N] prints its address and serves until its standard input ends. Its
nodes are on this machine, each with so many CPUs, and their actors are told apart by the raylet that they stand below.
"""

import argparse
import contextlib
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import NamedTuple

from glan_core.settings import PROJECT_FOLDER
from tests.processes import below, command_of, kill

ACTOR = "ray::MapWorker(MapBatches(PartWorker))"
DESK = "ray::Desk"


class RunningCluster(NamedTuple):
    """A cluster that can be reached."""

    address: str
    process_id: int

    def raylets(self) -> list[int]:
        """Give the process of each node, the head's first."""
        return [each for each in below(self.process_id) if command_of(each).partition(" ")[0].endswith("/raylet")]

    def actors(self) -> list[int]:
        """Give the processes of actors that make calls."""
        return [each for each in below(self.process_id) if command_of(each).startswith(ACTOR)]


@contextlib.contextmanager
def running_cluster(*, cpus: int, nodes: int = 1) -> Iterator[RunningCluster]:
    """Give a cluster that ends with the block."""
    # Not in a folder of pytest's: below it are sockets, whose paths may have 107 letters.
    folder = tempfile.mkdtemp(prefix="ray-")
    cluster = subprocess.Popen(
        [sys.executable, "-m", "tests.ray_cluster", str(cpus), folder, "--nodes", str(nodes)],
        cwd=PROJECT_FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert cluster.stdout is not None
    try:
        address = cluster.stdout.readline().strip()
        assert address, "the cluster did not begin"
        yield RunningCluster(address, cluster.pid)
    finally:
        assert cluster.stdin is not None
        processes = below(cluster.pid)
        cluster.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            cluster.wait(60)
        if cluster.poll() is None:
            kill(cluster.pid)
            cluster.wait()
        kill(*processes)  # what has not ended by itself
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Begin the cluster, and wait."""
    parser = argparse.ArgumentParser()
    parser.add_argument("cpus", type=int)
    parser.add_argument("folder")
    parser.add_argument("--nodes", type=int, default=1)
    arguments = parser.parse_args()
    os.environ |= {
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # so it takes 127.0.0.1 for the address of the machine
        "RAY_worker_niceness": "0",
        "RAY_TMPDIR": arguments.folder,
    }
    from ray.cluster_utils import Cluster

    logging.getLogger("ray").setLevel(logging.ERROR)
    node = {"num_cpus": arguments.cpus, "object_store_memory": 100_000_000, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=node)
    for _ in range(arguments.nodes - 1):
        cluster.add_node(num_cpus=arguments.cpus, object_store_memory=100_000_000)
    print(cluster.address, flush=True)
    sys.stdin.read()
    with contextlib.suppress(AssertionError):  # Ray's own, where a node was killed
        cluster.shutdown()


if __name__ == "__main__":
    main()
