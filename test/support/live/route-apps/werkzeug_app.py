"""Answers with the name of the route that werkzeug's router chose."""

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

NAMES = ("public", "closed", "orders", "items")
ROUTES = Map(
    [Rule(f"/{name}/<path:rest>", endpoint=name) for name in NAMES]
    + [Rule(f"/{name}/", endpoint=name) for name in NAMES]
)


@Request.application
def app(request):
    try:
        endpoint, _ = ROUTES.bind_to_environ(request.environ).match()
    except HTTPException as error:
        return error
    return Response(f"route {endpoint}")


server = make_server("127.0.0.1", 0, app, threaded=True)
print(f"port {server.server_port}", flush=True)
server.serve_forever()
