# Read by the start.sh of each example: `run PROXY COMMAND…` starts an application, Warder and the proxy, and stops
# them together.
root=$(cd .. && cd .. && pwd)

warder() {
  if [ -x "$root/dist/warder" ]; then
    exec "$root/dist/warder" "$@"
  fi
  exec node "$root/tools/with-bun.mjs" "$root/src/cli/main.ts" "$@"
}

run() {
  name=$1
  shift
  trap 'trap - INT TERM; kill 0 2>/dev/null; exit 0' INT TERM
  (warder echo --listen 127.0.0.1:8400) &
  (warder serve -c ../warder.yaml) &
  ("$@") &
  cat <<TEXT
Warder behind $name: http://127.0.0.1:8480, an application at 127.0.0.1:8400. Paste into another terminal:

  curl -i http://127.0.0.1:8480/orders/42

  cd $root
  token=\$(npm run -s warder -- token mint -c examples/warder.yaml --issuer example --sub alice --scope orders:read)
  curl -i http://127.0.0.1:8480/orders/42 -H "Authorization: Bearer \$token" -H 'X-Auth-Subject: mallory'

The first is denied with 401. The second shows what the application gets: X-Auth-Subject is alice. Ctrl-C stops all.
TEXT
  wait
}
