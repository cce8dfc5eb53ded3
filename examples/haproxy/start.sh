#!/bin/sh
# An application, Warder and HAProxy on loopback; Ctrl-C stops all three.
set -eu
cd "$(dirname "$0")"
. ../run.sh
# Only root can change the user of HAProxy.
config=$(mktemp)
sed "$([ "$(id -u)" = 0 ] || echo '/^    user /d; /^    group /d')" haproxy.cfg > "$config"
run HAProxy haproxy -db -f "$config"
