"""How routes come into the application: FastAPI analyses each once, when it is made.

`FastAPI.include_router` would have each analysed a second time, under what the application adds to it, which
doubles what the web server costs a start. So what the application asks of every request is in `Routes`, and
`take` hands its routes over as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.params import Depends as Dependency

from softswitch.web.wrongs import no_strangers


class Routes(APIRouter):
    """Some routes of the API, with what holds for all of them."""

    def __init__(self, prefix: str = "", *, dependencies: Sequence[Dependency] = (), **more: Any) -> None:
        super().__init__(prefix=prefix, dependencies=[Depends(no_strangers), *dependencies], **more)


def take(app: FastAPI, routes: Routes) -> None:
    """The application has these, too."""
    app.router.routes.extend(routes.routes)
