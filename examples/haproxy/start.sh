#!/bin/sh
# An application, Warder and HAProxy on loopback; Ctrl-C stops all three.
set -eu
cd "$(dirname "$0")"
. ../run.sh
run HAProxy haproxy -db -f haproxy.cfg
