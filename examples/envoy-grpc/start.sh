#!/bin/sh
# An application, Warder and Envoy, which asks by gRPC, on loopback; Ctrl-C stops all three.
set -eu
cd "$(dirname "$0")"
. ../run.sh
run Envoy envoy -c envoy.yaml --disable-hot-restart --log-level warning
