"""A server on loopback that speaks S3, with one bucket and credentials that mean nothing."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

import pytest
from moto.server import ThreadedMotoServer

_BUCKET = "bucket"


class ObjectStore:
    """The server, while `object_store` runs."""

    def __init__(self, host: str) -> None:
        self._host = host

    def address(self, folder: str, *, bucket: str = _BUCKET) -> str:
        """Give the address of a folder in a bucket."""
        return f"s3://{bucket}/{folder}?region=us-east-1&scheme=http&endpoint_override={self._host}"

    def names(self, folder: str) -> list[str]:
        """List the objects below a folder but for those that only say that a folder is there."""
        from pyarrow.fs import FileSelector, FileSystem

        files, path = FileSystem.from_uri(self.address(folder))
        found = files.get_file_info(FileSelector(path, recursive=True, allow_not_found=True))
        return sorted(info.path.removeprefix(f"{path}/") for info in found if info.is_file)


@contextmanager
def object_store() -> Iterator[ObjectStore]:
    """Run the server, with the environment that leads to it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        urlopen(Request(f"http://{host}:{port}/{_BUCKET}", method="PUT"), timeout=20).close()
        with pytest.MonkeyPatch.context() as environment:
            for name in [name for name in os.environ if name.startswith("AWS_")]:
                environment.delenv(name)
            environment.setenv("AWS_ACCESS_KEY_ID", "testing")
            environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
            environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
            yield ObjectStore(f"{host}:{port}")
    finally:
        server.stop()
