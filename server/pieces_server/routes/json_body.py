"""Reading a JSON body, once it is known that the key of the request allows it."""

from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from pieces_server.errors import FormError

ModelT = TypeVar("ModelT", bound=BaseModel)


def media_type(request: Request) -> str:
    """Return what the request says its body is, without parameters; empty if it says nothing."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_json(request: Request, model: type[ModelT], *, max_bytes: int) -> ModelT:
    """Return the body of a request.

    A dependency calls it that comes after that on the key: as a declared parameter, the body would
    be read before the key is checked.

    Raises:
        FormError: if the body is longer, or is not what the model says.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise FormError([{"field": "body", "message": f"more than {max_bytes} bytes"}])
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise FormError(
            [
                {"field": ".".join(map(str, each["loc"])) or "body", "message": each["msg"]}
                for each in error.errors(include_input=False)
            ]
        ) from None


def described_body(model: type[BaseModel]) -> dict[str, Any]:
    """Return what FastAPI describes such a body by: the `openapi_extra` of a route.

    Args:
        model: one whose fields are no models themselves.
    """
    content = {"application/json": {"schema": model.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}
