"""What do the tests of the batch engine stand on? A workbench whose server works on batches."""

import dataclasses
from collections.abc import Iterator

import pytest

from tests.batch_server import BatchServer
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
