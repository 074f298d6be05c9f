"""Writing result files: each appears whole or not at all."""

import os
import tempfile
from pathlib import Path

from brownout_tools.reporting.inputs import InputError


def write_files(files: dict[Path, bytes]) -> None:
    """Write the files; their directories are made. A file is never seen half written."""
    for path, content in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}") from None


def write_whole(path: Path, content: bytes) -> None:
    """Write next to the target, then rename."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
