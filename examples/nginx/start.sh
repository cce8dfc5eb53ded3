#!/bin/sh
# An application, Warder and nginx on loopback; Ctrl-C stops all three.
set -eu
cd "$(dirname "$0")"
. ../run.sh
# nginx's own files.
prefix=$(mktemp -d)
run nginx nginx -e stderr -p "$prefix/" -c "$PWD/nginx.conf"
