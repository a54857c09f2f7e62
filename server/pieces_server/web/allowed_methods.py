"""Which methods a path takes: what a refused one is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi.routing import iter_route_contexts

if TYPE_CHECKING:
    from starlette.requests import Request


def allowed_methods(request: Request) -> str:
    """Return the value of `Allow` for the path of a request, whatever its method.

    Of several routes that fit, those count that say most of the path themselves. The framework
    itself names the methods of one route only.
    """
    path: str = request.scope["path"]
    fitting = [
        route
        for route in iter_route_contexts(request.app.routes)
        if route.methods and route.path_regex.match(path)
    ]
    fewest = min((len(route.param_convertors) for route in fitting), default=0)
    methods = {
        method
        for route in fitting
        if len(route.param_convertors) == fewest
        for method in route.methods or ()
    }
    if "GET" in methods:
        methods.add("HEAD")
    return ", ".join(sorted(methods))
