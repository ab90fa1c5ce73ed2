"""How does an export become one file to download? The same files give the same bytes, whenever and wherever."""

import io
import zipfile
from pathlib import Path

from glan_core.errors import ExportError
from glan_core.exports.formats import MANIFEST
from glan_core.exports.places import manifest_path
from glan_core.store.export_log import Export

_WRITTEN_AT = (1980, 1, 1, 0, 0, 0)
"""The time of every file in it: the earliest that a zip can say, and no sign of when it was made."""
_PACKED = (".parquet",)
"""What is packed already, so that to pack it again takes time and saves nothing."""


def archive_of(export: Export) -> bytes:
    """Give an export as a zip: a folder with its files and the manifest; ExportError if one of them is gone."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, path in sorted(paths_of(export).items()):
            told = zipfile.ZipInfo(f"{folder_of(export)}/{name}", _WRITTEN_AT)
            told.compress_type = zipfile.ZIP_STORED if name.endswith(_PACKED) else zipfile.ZIP_DEFLATED
            told.external_attr = 0o100644 << 16
            try:
                archive.writestr(told, path.read_bytes())
            except OSError as error:
                raise ExportError(f"{path} cannot be read.", "Write the export again.") from error
    return packed.getvalue()


def folder_of(export: Export) -> str:
    """Name the folder that the files stand in when they are unpacked."""
    return export.path.name if export.path.is_dir() else export.path.stem


def paths_of(export: Export) -> dict[str, Path]:
    """Give where each file of an export lies, by its name within it, the manifest among them."""
    if not export.path.is_dir():
        return {export.path.name: export.path, MANIFEST: manifest_path(export.path)}
    names = [*(str(each["file"]) for each in export.manifest["files"]), MANIFEST]
    return {name: export.path / name for name in names}
