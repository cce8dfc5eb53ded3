#!/bin/sh
# An application, Warder and Apache httpd on loopback; Ctrl-C stops all three. Needs mod_lua and LuaSocket.
set -eu
cd "$(dirname "$0")"
. ../run.sh
httpd=$(command -v apache2 || command -v httpd || echo /usr/sbin/apache2)
for modules in /usr/lib/apache2/modules /usr/lib64/httpd/modules /usr/local/apache2/modules; do
  [ ! -d "$modules" ] || break
done
# Apache's own files. It does not run as root.
prefix=$(mktemp -d)
user=''
[ "$(id -u)" != 0 ] || user=$(id -un www-data 2>/dev/null || id -un apache 2>/dev/null || echo daemon)
run 'Apache httpd' "$httpd" -DFOREGROUND -C "Define MODULES $modules" -C "Define RUN $prefix" -C "Define EXAMPLE $PWD" \
  ${user:+-c "User $user" -c "Group $(id -gn "$user")"} -f "$PWD/httpd.conf"
