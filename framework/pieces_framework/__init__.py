"""Declare a piece once, as typed Python; everything else is derived from the declaration."""

from __future__ import annotations

from .action import Action, create_action
from .auth import AuthValidation, AuthValidationContext, PieceAuth
from .context import (
    ActionContext,
    PollingTriggerContext,
    TriggerContext,
    WebhookContext,
    WebhookPayload,
    WebhookRunContext,
)
from .errors import (
    ArtifactError,
    AuthorCodeError,
    ConnectionRejectedError,
    DefinitionError,
    FatalError,
    PieceError,
    PieceNotFoundError,
    PropsError,
    RetryableError,
    RunError,
    StoreError,
)
from .piece import COMPATIBLE_RELEASE, Piece, create_piece
from .property import DropdownOption, JsonDocument, NoProps, Property, Props, parse_props
from .protocols import Store, StoreScope
from .trigger import Trigger, TriggerStrategy, create_trigger
from .wire import JsonValue

__all__ = [
    "COMPATIBLE_RELEASE",
    "Action",
    "ActionContext",
    "ArtifactError",
    "AuthValidation",
    "AuthValidationContext",
    "AuthorCodeError",
    "ConnectionRejectedError",
    "DefinitionError",
    "DropdownOption",
    "FatalError",
    "JsonDocument",
    "JsonValue",
    "NoProps",
    "Piece",
    "PieceAuth",
    "PieceError",
    "PieceNotFoundError",
    "PollingTriggerContext",
    "Property",
    "Props",
    "PropsError",
    "RetryableError",
    "RunError",
    "Store",
    "StoreError",
    "StoreScope",
    "Trigger",
    "TriggerContext",
    "TriggerStrategy",
    "WebhookContext",
    "WebhookPayload",
    "WebhookRunContext",
    "create_action",
    "create_piece",
    "create_trigger",
    "parse_props",
]
