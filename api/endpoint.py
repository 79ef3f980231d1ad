"""GraphQL over HTTP: the way of a request through token, body, operation and answer, on raw ASGI messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from starlette.types import Receive, Scope, Send
from strawberry.asgi import GraphQL

from api.auth import Authenticator
from api.body import ClientLeft, from_body, from_query_string
from api.execution import Executor
from api.failures import told
from api.graphiql import GRAPHIQL
from api.media import MediaType, negotiate, prefers_html
from api.merging import Merger
from api.responses import Answer, HttpError, failure, refusal, request_id
from api.settings import Settings
from api.watch import Watch, Watched
from schema.build import schema

_OK = 200
_ALLOW = (b"allow", b"GET, POST")


@dataclass(frozen=True, slots=True)
class Services:
    """What answers need; made when the application starts."""

    authenticator: Authenticator
    executor: Executor
    watch: Watch
    merger: Merger


class Endpoint(GraphQL[None, None]):
    """Strawberry's ASGI view with a way of its own: what is not needed to answer one operation is not made."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(schema, graphql_ide="graphiql" if settings.graphiql else None)
        self._max_body_bytes = settings.max_body_bytes
        self.services: Services | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            # Subscriptions do not exist yet; closed before it is accepted, the handshake is answered with 403.
            await send({"type": "websocket.close", "code": 1008})
            return
        headers: dict[bytes, bytes] = dict(scope["headers"])
        id_ = request_id(headers.get(b"x-request-id"))
        assert self.services is not None
        try:
            with self.services.watch.request() as watched:
                answer = await self._answer(self.services, scope, headers, receive, watched, id_)
        except HttpError as error:
            answer = refusal(error, id_)
        except ClientLeft:
            return
        except Exception as error:  # noqa: BLE001 - the last resort: whatever it is, the client is told in JSON
            answer = failure(told(error, id_), negotiate(headers.get(b"accept")) or MediaType.JSON, id_)
        await answer.send(send, id_)

    async def _answer(
        self,
        services: Services,
        scope: Scope,
        headers: dict[bytes, bytes],
        receive: Receive,
        watched: Watched,
        id_: str,
    ) -> Answer:
        method, accept = scope["method"], headers.get(b"accept")
        if method not in {"GET", "POST"}:
            raise HttpError(HTTPStatus.METHOD_NOT_ALLOWED, f"{method} is not allowed here.", [_ALLOW])
        if method == "GET" and self.graphql_ide is not None and prefers_html(accept):
            return Answer(_OK, GRAPHIQL, MediaType.HTML)
        media_type = negotiate(accept)
        if media_type is None:
            types = f"{MediaType.JSON.value} or {MediaType.GRAPHQL.value}"
            raise HttpError(HTTPStatus.NOT_ACCEPTABLE, f"The answer is {types}.")
        now = datetime.now(UTC)
        viewer = await services.authenticator.viewer(headers.get(b"authorization"), now)
        if method == "POST":
            request = await from_body(headers, receive, self._max_body_bytes)
        else:
            request = from_query_string(scope["query_string"])
        watched.receive = receive
        executor = services.executor
        operation = executor.operation(request)
        if method == "GET" and not operation.is_query:
            raise HttpError(HTTPStatus.METHOD_NOT_ALLOWED, "Only queries are allowed by GET.", [(b"allow", b"POST")])
        answer = await executor.answer(operation, request, viewer, now, id_)
        services.merger.notice(viewer.workspace_id)
        return Answer(_OK, answer, media_type)
