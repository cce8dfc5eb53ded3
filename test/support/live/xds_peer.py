"""Calls Warder by Envoy's own definitions: one JSON line for each line of JSON on standard input.

A line is a CheckRequest in the JSON of Protocol Buffers; with `"bytes"`, these bytes in hexadecimal are sent instead.
The answer has `response`, a CheckResponse in that JSON, with the fields that it really has, or `error`, the status.
"""

import json
import sys

import grpc
from envoy.service.auth.v3 import external_auth_pb2
from google.protobuf import json_format

METHOD = "/envoy.service.auth.v3.Authorization/Check"
OPTIONS = [("grpc.max_send_message_length", 8 * 1024 * 1024)]


def serialize(question):
    if isinstance(question, dict) and "bytes" in question:
        return bytes.fromhex(question["bytes"])
    return json_format.ParseDict(question, external_auth_pb2.CheckRequest()).SerializeToString()


def main(address):
    with grpc.insecure_channel(address, OPTIONS) as channel:
        call = channel.unary_unary(METHOD, serialize, external_auth_pb2.CheckResponse.FromString)
        for line in sys.stdin:
            try:
                response = call(json.loads(line), timeout=10)
                text = json_format.MessageToDict(response, preserving_proto_field_name=True)
                # A code of 0 is not written in that JSON.
                answer = {"response": text, "code": response.status.code, "has_status": response.HasField("status")}
            except grpc.RpcError as fault:
                answer = {"error": fault.code().name, "details": fault.details()}
            print(json.dumps(answer), flush=True)


main(sys.argv[1])
