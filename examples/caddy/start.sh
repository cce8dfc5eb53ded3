#!/bin/sh
# An application, Warder and Caddy on loopback; Ctrl-C stops all three.
set -eu
cd "$(dirname "$0")"
. ../run.sh
# Caddy's own files.
XDG_DATA_HOME=$(mktemp -d)
XDG_CONFIG_HOME=$XDG_DATA_HOME
export XDG_DATA_HOME XDG_CONFIG_HOME
run Caddy caddy run --adapter caddyfile --config Caddyfile
