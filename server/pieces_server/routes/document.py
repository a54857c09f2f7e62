"""What all documents of the API have in common."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Document(BaseModel):
    """A document with names in camelCase; the docstrings of its fields describe them to clients."""

    model_config = ConfigDict(alias_generator=to_camel, use_attribute_docstrings=True)
