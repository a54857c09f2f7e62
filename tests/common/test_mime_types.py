"""Media types, extensions and file names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pieces_common import extension_of, file_name_of, mime_type_of

DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PAIRS = [
    ("jpg", "image/jpeg"),
    ("png", "image/png"),
    ("webp", "image/webp"),
    ("heic", "image/heic"),
    ("svg", "image/svg+xml"),
    ("tiff", "image/tiff"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("mov", "video/quicktime"),
    ("txt", "text/plain"),
    ("html", "text/html"),
    ("css", "text/css"),
    ("md", "text/markdown"),
    ("csv", "text/csv"),
    ("ics", "text/calendar"),
    ("eml", "message/rfc822"),
    ("json", "application/json"),
    ("js", "text/javascript"),
    ("yaml", "application/yaml"),
    ("pdf", "application/pdf"),
    ("zip", "application/zip"),
    ("gz", "application/gzip"),
    ("docx", DOCUMENT),
    ("xls", "application/vnd.ms-excel"),
    ("ppt", "application/vnd.ms-powerpoint"),
    ("parquet", "application/vnd.apache.parquet"),
    ("bin", "application/octet-stream"),
]


@pytest.mark.parametrize(("extension", "mime_type"), PAIRS, ids=[each for each, _ in PAIRS])
def test_an_extension_and_its_type_lead_to_each_other(extension: str, mime_type: str) -> None:
    assert mime_type_of(f"file.{extension}") == mime_type
    assert extension_of(mime_type) == extension


@pytest.mark.parametrize(
    ("file_name", "mime_type"),
    [
        ("PHOTO.JPEG", "image/jpeg"),
        ("a.b.htm", "text/html"),
        ("archive.tar.gz", "application/gzip"),
        ("https://x.example/files/a.pdf", "application/pdf"),
        ("https://x.example/a.pdf?next=b.png#c.csv", "application/pdf"),
        ("https://x.zip", "application/octet-stream"),
        ("Report #3? Yes.pdf", "application/pdf"),
        ("config.yml", "application/yaml"),
        ("pdf", "application/octet-stream"),
        ("file.", "application/octet-stream"),
        ("file.unheard-of", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
def test_the_type_follows_from_the_last_extension(file_name: str, mime_type: str) -> None:
    assert mime_type_of(file_name) == mime_type


@pytest.mark.parametrize(
    ("mime_type", "extension"),
    [
        ("Text/HTML; charset=utf-8", "html"),
        (" image/jpg ", "jpg"),
        ("audio/x-wav", "wav"),
        ("application/x-zip-compressed", "zip"),
        ("image/vnd.microsoft.icon", "ico"),
        ("application/unheard-of", "bin"),
        ("", "bin"),
        (";", "bin"),
    ],
)
def test_parameters_and_case_do_not_count(mime_type: str, extension: str) -> None:
    assert extension_of(mime_type) == extension


def test_what_stands_for_the_unknown_can_be_chosen() -> None:
    assert extension_of("a/b", default="txt") == "txt"
    assert mime_type_of("a.b", default="") == ""


def test_the_tables_of_the_machine_are_not_read(tmp_path: Path) -> None:
    table = tmp_path / "mime.types"
    table.write_text("x-odd/type odd pdf\n")
    program = f"""if True:
        import mimetypes
        mimetypes.knownfiles = [{str(table)!r}]
        mimetypes.init()
        from pieces_common.mime_types import extension_of, mime_type_of
        print(mimetypes.guess_type("a.pdf")[0], mime_type_of("a.pdf"), extension_of("x-odd/type"))
    """

    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )

    assert done.stdout.split() == ["x-odd/type", "application/pdf", "bin"]


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="report.pdf"', "report.pdf"),
        ("attachment; filename=report.pdf", "report.pdf"),
        ("inline;FileName = report.pdf ; size=3", "report.pdf"),
        ("filename=report.pdf", "report.pdf"),
        (r'attachment; filename="a \"b\".txt"', 'a "b".txt'),
        ('attachment; filename="a; b.txt"', "a; b.txt"),
        ('form-data; name="x; filename=evil"; filename="good.txt"', "good.txt"),
        ('form-data; name="x; filename=evil"', ""),
        ("attachment; filename*=UTF-8''caf%C3%A9%20menu.txt", "café menu.txt"),
        ("attachment; filename=a.txt; filename*=utf-8'en'b.txt", "b.txt"),
        ("attachment; filename*=UTF-8''b.txt; filename=a.txt", "b.txt"),
        ("attachment; filename*=ISO-8859-1''caf%E9.txt", "café.txt"),
        ("attachment; filename*=UTF-16''b.txt; filename=a.txt", "a.txt"),
        ("attachment; filename*=broken; filename=a.txt", "a.txt"),
        ("attachment; filename=../../etc/passwd", "passwd"),
        ("attachment; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("attachment; filename*=UTF-8''..%5Cboot.ini", "boot.ini"),
        (r'attachment; filename="C:\Users\Ada\new.pdf"', "new.pdf"),
        (r'attachment; filename="C:\\Users\\new.pdf"', "new.pdf"),
        ('attachment; filename="report.pdf', "report.pdf"),
        ("attachment; filename*=UTF-8''caf%E9.txt; filename=cafe.txt", "cafe.txt"),
        ("attachment; filename*=UTF-8''caf%E9.txt", "caf\ufffd.txt"),
        ("attachment; filename=..", ""),
        ("attachment; filename*=UTF-8''a%00b%0A.txt", "ab.txt"),
        ('attachment; filename=""', ""),
        ("attachment", ""),
        ("", ""),
    ],
)
def test_the_name_is_read_from_the_header(disposition: str, name: str) -> None:
    assert file_name_of({"Content-Disposition": disposition}) == name


def test_without_a_header_there_is_no_name() -> None:
    assert file_name_of({}) == ""
    assert file_name_of({"content-disposition": "inline"}, default="unknown.bin") == "unknown.bin"


@given(
    st.text(), st.sampled_from(["", "attachment; filename=", "; filename*=UTF-8''", ';filename="'])
)
def test_whatever_the_header_says_the_name_leads_nowhere(text: str, start: str) -> None:
    name = file_name_of({"content-disposition": start + text})

    assert name not in {".", ".."}
    assert not {"/", "\\", "\0", "\n"} & set(name)


@given(st.text(max_size=30))
def test_any_text_has_a_type_and_an_extension(text: str) -> None:
    assert "/" in mime_type_of(text)
    assert extension_of(text).isalnum()
