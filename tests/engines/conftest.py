"""What do the tests of the other engines stand on? A server that works on batches, and a cluster of Ray's."""

import dataclasses
from collections.abc import Iterator

import pytest

from tests.batch_server import BatchServer
from tests.ray_cluster import RunningCluster, running_cluster
from tests.workbench import Workbench


@pytest.fixture
def server() -> Iterator[BatchServer]:
    """A batch service that answers everything."""
    server = BatchServer()
    yield server
    server.stop()


@pytest.fixture
def bench(workbench: Workbench, server: BatchServer) -> Workbench:
    """The workbench with that service as its model server."""
    return dataclasses.replace(workbench, server=server)


@pytest.fixture(scope="session")
def ray_cluster() -> Iterator[RunningCluster]:
    """A cluster of one node with room for two actors, which is gone after the tests."""
    with running_cluster(cpus=2) as cluster:
        yield cluster
