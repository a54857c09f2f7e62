"""What is known of distributions: under which names their packages are imported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

DISTRIBUTIONS: Final[Mapping[str, str]] = {
    "Crypto": "pycryptodome",
    "OpenSSL": "pyopenssl",
    "PIL": "pillow",
    "atlassian": "atlassian-python-api",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "discord": "discord-py",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "pymupdf",
    "github": "pygithub",
    "gitlab": "python-gitlab",
    "googleapiclient": "google-api-python-client",
    "jose": "python-jose",
    "jwt": "pyjwt",
    "magic": "python-magic",
    "multipart": "python-multipart",
    "mysql": "mysql-connector-python",
    "nacl": "pynacl",
    "paho": "paho-mqtt",
    "pptx": "python-pptx",
    "serial": "pyserial",
    "simple_salesforce": "simple-salesforce",
    "sklearn": "scikit-learn",
    "slack_sdk": "slack-sdk",
    "telegram": "python-telegram-bot",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}
"""Distributions by the name they are imported as, where the two differ."""
BROUGHT_BY: Final[Mapping[str, str]] = {
    "attr": "attrs",
    "botocore": "boto3",
    "bson": "pymongo",
    "gridfs": "pymongo",
    "pkg_resources": "setuptools",
}
"""Distributions that bring a further package, by its name."""
WELL_KNOWN: Final = frozenset(
    {
        "aiohttp",
        "anyio",
        "attrs",
        "boto3",
        "botocore",
        "certifi",
        "cryptography",
        "flask",
        "httpx",
        "jinja2",
        "lxml",
        "numpy",
        "openai",
        "pandas",
        "psycopg",
        "pydantic",
        "redis",
        "requests",
        "rich",
        "sqlalchemy",
        "stripe",
        "tenacity",
        "urllib3",
    }
)
"""Distributions that are imported by their own name."""
NOT_IMPORTED: Final = frozenset(
    {
        "certifi",
        "html5lib",
        "lxml",
        "openpyxl",
        "pieces-common",  # `pieces create` writes it, used or not
        "pieces-framework",
        "psycopg-binary",
        "tzdata",
        "xlrd",
    }
)
"""Distributions that serve without being imported: as the back end of another, say."""
