"""A small Ray cluster for tests, in a process of its own and gone with it.

python -m tests.ray_cluster CPUS FOLDER prints its address and serves until its standard input ends.
"""

import argparse
import logging
import os
import sys


def main() -> None:
    """Begin the cluster, and wait."""
    parser = argparse.ArgumentParser()
    parser.add_argument("cpus", type=int)
    parser.add_argument("folder")
    arguments = parser.parse_args()
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
    from ray.cluster_utils import Cluster

    logging.getLogger("ray").setLevel(logging.ERROR)
    node = {"num_cpus": arguments.cpus, "object_store_memory": 100_000_000, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args={**node, "temp_dir": arguments.folder})
    print(cluster.address, flush=True)
    sys.stdin.read()
    cluster.shutdown()


if __name__ == "__main__":
    main()
