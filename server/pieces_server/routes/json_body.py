"""Reading a JSON body, once it is known that the key of the request allows it."""

from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from pieces_server.errors import BodyTooLargeError, FormError
from pieces_server.web.body_limit import MAX_BODY_BYTES

ModelT = TypeVar("ModelT", bound=BaseModel)


def media_type(request: Request) -> str:
    """Return what the request says its body is, without parameters; empty if it says nothing."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_json(request: Request, model: type[ModelT]) -> ModelT:
    """Return the body of a request; an absent one is an object without fields.

    A dependency calls it that comes after that on the key: as a declared parameter, the body would
    be read before the key is checked.

    Raises:
        BodyTooLargeError: if the body is longer than one without a file may be.
        FormError: if it is not what the model says.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise BodyTooLargeError(MAX_BODY_BYTES)
    try:
        return model.model_validate_json(body or b"{}")
    except ValidationError as error:
        raise FormError.of(error.errors(include_input=False)) from None


def described_body(model: type[BaseModel]) -> dict[str, Any]:
    """Return what FastAPI describes such a body by: the `openapi_extra` of a route.

    Args:
        model: one whose fields are no models themselves.
    """
    content = {"application/json": {"schema": model.model_json_schema()}}
    required = any(field.is_required() for field in model.model_fields.values())
    return {"requestBody": {"required": required, "content": content}}
