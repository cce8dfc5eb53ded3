#!/bin/sh
# An application, Warder and Traefik on loopback; Ctrl-C stops all three.
set -eu
cd "$(dirname "$0")"
. ../run.sh
run Traefik traefik --configfile=traefik.yaml
