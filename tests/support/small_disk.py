"""A small file system of its own, which a test fills."""

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class SmallDisk:
    """A mounted folder with room for so many bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Leave no room at all; to be called again, for others may have made some."""
        for size in (1 << 16, 1 << 12):
            with self._ballast.open("ab", buffering=0) as ballast:
                try:
                    while True:
                        ballast.write(bytes(size))
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    def make_room(self) -> None:
        """Give all the room back."""
        self._ballast.unlink()


@contextmanager
def small_disk(folder: Path, size_bytes: int, owner: int = 0) -> Iterator[SmallDisk]:
    """A new folder with a file system of this size on it. Needs root."""
    folder.mkdir()
    options = f"size={size_bytes},uid={owner or os.getuid()},mode=0700"
    mounting = ["mount", "-t", "tmpfs", "-o", options, "attribution-test", str(folder)]
    subprocess.run(mounting, check=True, capture_output=True)
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)
        folder.rmdir()
