"""A gRPC peer on grpcio: `server` prints its port, `client ADDRESS TOKEN` one JSON line for each call.

Messages are raw bytes. The methods are those of grpc-peer/main.go.
"""

import json
import sys
import threading
from concurrent import futures

import grpc

AUTHORITY = "api.example.com"
LARGE = 10 * 1024 * 1024
OPTIONS = [
    ("grpc.max_receive_message_length", 64 * 1024 * 1024),
    ("grpc.max_send_message_length", 64 * 1024 * 1024),
]
cancelled = 0


def unary(requests, context):
    context.send_initial_metadata((("x-head", "h1"), ("x-bin-bin", b"\x00\xff")))
    context.set_trailing_metadata((("x-trail", "t1"),))
    yield next(requests)


def down(requests, context):
    for i in range(int(next(requests))):
        yield str(i).encode()


def up(requests, context):
    count = size = 0
    for message in requests:
        count += 1
        size += len(message)
    yield f"{count} {size}".encode()


def bidi(requests, context):
    yield from requests


def fail(requests, context):
    context.abort(grpc.StatusCode.FAILED_PRECONDITION, "not now: \u00e4 % done")


def fail_early(requests, context):
    next(requests)
    context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "enough")


def wait(requests, context):
    global cancelled
    gone = threading.Event()
    context.add_callback(gone.set)
    gone.wait()
    cancelled += 1
    yield b""


def count_cancelled(requests, context):
    yield str(cancelled).encode()


def metadata(requests, context):
    found = {}
    for name, value in context.invocation_metadata():
        found.setdefault(name, []).append(value if isinstance(value, str) else value.hex())
    yield json.dumps(found).encode()


METHODS = {
    "Unary": unary,
    "Down": down,
    "Up": up,
    "Bidi": bidi,
    "Fail": fail,
    "FailEarly": fail_early,
    "Wait": wait,
    "Cancelled": count_cancelled,
    "Metadata": metadata,
}


class Handler(grpc.GenericRpcHandler):
    def service(self, details):
        method = METHODS.get(details.method.rsplit("/", 1)[-1])
        return method and grpc.stream_stream_rpc_method_handler(method)


def serve():
    server = grpc.server(futures.ThreadPoolExecutor(32), handlers=[Handler()], options=OPTIONS)
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    server.wait_for_termination()


def call(channel, method, messages, token, timeout=20):
    headers = [("x-own", "1"), ("x-auth-subject", "root")]
    if token:
        headers.append(("authorization", f"Bearer {token}"))
    return channel.stream_stream(f"/test.Peer/{method}")(iter(messages), timeout=timeout, metadata=headers)


def scenarios(channel, token):
    def one(method, message=b""):
        (answer,) = call(channel, method, [message], token)
        return answer

    def do_unary():
        calls = call(channel, "Unary", [b"hello"], token)
        (answer,) = calls
        head, trail = dict(calls.initial_metadata()), dict(calls.trailing_metadata())
        return f"{answer.decode()} {head['x-head']} {head['x-bin-bin'].hex()} {trail['x-trail']}"

    def do_large():
        message = b"0123456789" * (LARGE // 10)
        return str(one("Unary", message) == message)

    def do_down():
        answers = list(call(channel, "Down", [b"1000"], token))
        return f"{len(answers)} {answers[-1].decode()}"

    def do_up():
        return list(call(channel, "Up", [bytes(10_000)] * 100, token))[0].decode()

    def do_bidi():
        turn = threading.Semaphore(1)

        def messages():
            for i in range(50):
                turn.acquire()
                yield str(i).encode()

        count = 0
        for answer in call(channel, "Bidi", messages(), token):
            assert answer == str(count).encode()
            count += 1
            turn.release()
        return str(count)

    def do_cancel():
        calls = call(channel, "Wait", [b""], token)
        threading.Timer(0.1, calls.cancel).start()
        list(calls)

    def do_cancelled():
        while (found := one("Cancelled")) != b"2":
            pass
        return found.decode()

    return {
        "unary": do_unary,
        "metadata": lambda: one("Metadata").decode(),
        "large": do_large,
        "down": do_down,
        "up": do_up,
        "bidi": do_bidi,
        "fail": lambda: one("Fail"),
        "fail_early": lambda: one("FailEarly", b"one"),
        "deadline": lambda: list(call(channel, "Wait", [], token, timeout=0.2)),
        "cancel": do_cancel,
        "cancelled": do_cancelled,
    }


def ask(address, token="", only=""):
    options = [*OPTIONS, ("grpc.default_authority", AUTHORITY)]
    with grpc.insecure_channel(address, options) as channel:
        for name, run in scenarios(channel, token).items():
            if only and name not in only.split(","):
                continue
            try:
                code, text = "OK", run()
            except grpc.FutureCancelledError:
                code, text = "CANCELLED", ""
            except grpc.RpcError as fault:
                code, text = fault.code().name, fault.details()
            print(json.dumps({"name": name, "code": code, "text": text}), flush=True)


if sys.argv[1] == "server":
    serve()
else:
    ask(*sys.argv[2:])
