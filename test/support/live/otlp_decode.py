"""Reads bodies of OTLP/HTTP in JSON by the official definition: one JSON line for each line on standard input.

Unknown members, wrong types and unknown words are errors. In the JSON of OTLP, ids are in hexadecimal, not in base64 as
elsewhere in the JSON of Protocol Buffers.
"""

import base64
import json
import sys

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

IDS = {"traceId": 16, "spanId": 8, "parentSpanId": 8}


def with_base64(value):
    if isinstance(value, list):
        return [with_base64(one) for one in value]
    if not isinstance(value, dict):
        return value
    read = {}
    for name, member in value.items():
        if name in IDS:
            raw = bytes.fromhex(member)
            if len(raw) != IDS[name] or not any(raw) or member != member.lower():
                raise ValueError(f"{name} {member}")
            member = base64.b64encode(raw).decode()
        read[name] = with_base64(member)
    return read


for line in sys.stdin:
    request = trace_service_pb2.ExportTraceServiceRequest()
    json_format.ParseDict(with_base64(json.loads(line)), request)
    assert trace_service_pb2.ExportTraceServiceRequest.FromString(request.SerializeToString()) == request
    spans = [
        {
            "trace": span.trace_id.hex(),
            "span": span.span_id.hex(),
            "parent": span.parent_span_id.hex(),
            "name": span.name,
            "kind": span.kind,
            "nanos": span.end_time_unix_nano - span.start_time_unix_nano,
            "status": span.status.code,
            "flags": span.flags,
        }
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    print(json.dumps(spans), flush=True)
