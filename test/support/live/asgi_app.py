"""An application that writes a line about each request it serves, whatever protocol brought it."""


async def app(scope, receive, send):
    if scope["type"] == "websocket":
        await serve_socket(receive, send)
    elif scope["type"] == "http":
        subjects = [value for name, value in scope["headers"] if name == b"x-auth-subject"]
        subject = b",".join(subjects).decode("latin1") or "nobody"
        print(f"served {scope['http_version']} {scope['method']} {scope['path']} {subject}", flush=True)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


async def serve_socket(receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": f"heard {event['text']}"})
