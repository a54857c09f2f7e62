"""What routes are handed of the running instance."""

from fastapi import Request
from sqlalchemy import Engine

from .registry import Registry
from .settings import Settings


def settings_of(request: Request) -> Settings:
    """Return the instance's settings."""
    settings: Settings = request.app.state.settings
    return settings


def engine_of(request: Request) -> Engine:
    """Return the instance's database."""
    engine: Engine = request.app.state.engine
    return engine


def registry_of(request: Request) -> Registry:
    """Return the instance's registry."""
    registry: Registry = request.app.state.registry
    return registry
