"""A wheel of 2 GB: received whole, and never in memory."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.archives import Entry, deflate
from tests.support.instance import Instance, running_instance
from tests.support.wheels import wheel_files

MB = 1024 * 1024
DATA_BYTES = 2 * 1024 * MB
CHUNK = bytes(range(256)) * 4096
CHUNKS = DATA_BYTES // len(CHUNK)
NAME = "piece-large"
DATA_PATH = "piece_large/data.bin"
INFO = "piece_large-0.1.0.dist-info"
NEEDED_BYTES = 5 * 1024 * MB


def test_a_wheel_of_two_gigabytes_is_stored_in_little_memory(tmp_path: Path) -> None:
    if shutil.disk_usage(tmp_path).free < NEEDED_BYTES:
        pytest.skip("the disk has less than 5 GB free")
    with running_instance(tmp_path / "data", AP_MAX_FILE_SIZE_MB="4096") as instance:
        before = resident_bytes(instance, "VmRSS")
        sent = Upload()

        answer = httpx.post(
            f"{instance.url}/api/v1/pieces",
            headers={**instance.headers, "Content-Type": "multipart/form-data; boundary=b"},
            content=sent.body(),
            timeout=300,
        )

        assert answer.status_code == 201, answer.text
        assert (answer.json()["sha256"], answer.json()["size"]) == (
            sent.sha256.hexdigest(),
            sent.size_bytes,
        )
        assert resident_bytes(instance, "VmHWM") - before < 200 * MB
        stored = instance.data_folder / "wheels" / answer.json()["sha256"][:2]
        assert [path.stat().st_size for path in stored.iterdir()] == [sent.size_bytes]
        assert list((instance.data_folder / "incoming").iterdir()) == []


class Upload:
    """The form and the wheel in it, made while they are sent."""

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()
        self.size_bytes = 0

    def body(self) -> Iterator[bytes]:
        fields = {
            "pieceName": NAME,
            "pieceVersion": "0.1.0",
            "packageType": "ARCHIVE",
            "scope": "PLATFORM",
        }
        for name, text in fields.items():
            disposition = f'Content-Disposition: form-data; name="{name}"'
            yield f"--b\r\n{disposition}\r\n\r\n{text}\r\n".encode()
        disposition = 'Content-Disposition: form-data; name="pieceArchive"; filename="a.whl"'
        yield f"--b\r\n{disposition}\r\n\r\n".encode()
        for chunk in wheel():
            self.sha256.update(chunk)
            self.size_bytes += len(chunk)
            yield chunk
        yield b"\r\n--b--\r\n"


def wheel() -> Iterator[bytes]:
    """A piece's wheel with a stored file of 2 GB."""
    checksum, digest = 0, hashlib.sha256()
    for _ in range(CHUNKS):
        checksum = zlib.crc32(CHUNK, checksum)
        digest.update(CHUNK)
    small = small_entries(base64.urlsafe_b64encode(digest.digest()).decode().rstrip("="))
    data = Entry(
        path=DATA_PATH.encode(),
        method=0,
        unpacked_bytes=DATA_BYTES,
        packed_bytes=DATA_BYTES,
        checksum=checksum,
    )
    table, offset = b"", 0
    for entry in [*small, data]:
        table += entry.table_entry(offset)
        yield entry.header()
        yield entry.packed or b""
        offset += len(entry.header()) + entry.numbers()[1]
    for _ in range(CHUNKS):
        yield CHUNK
    count = len(small) + 1
    yield table + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(table), offset, 0)


def small_entries(data_digest: str) -> list[Entry]:
    files = {path: str(content).encode() for path, content in wheel_files(NAME).items()}
    rows = [f"{DATA_PATH},sha256={data_digest},{DATA_BYTES}\n"]
    for path, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        rows.append(f"{path},sha256={digest},{len(content)}\n")
    files[f"{INFO}/RECORD"] = "".join([*rows, f"{INFO}/RECORD,,\n"]).encode()
    return [
        Entry(path=path.encode(), content=content, packed=deflate(content))
        for path, content in files.items()
    ]


def resident_bytes(instance: Instance, field: str) -> int:
    """Memory of the instance's process and of those it has started, now or at its highest."""
    total = 0
    for pid in processes(instance.process.pid):
        status = Path(f"/proc/{pid}/status").read_text()
        found = re.search(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE)
        total += int(found.group(1)) * 1024 if found else 0
    return total


def processes(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from processes(int(child))
