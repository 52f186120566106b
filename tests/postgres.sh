#!/usr/bin/env bash
# Runs a command with a throw-away PostgreSQL beside it:
#
#     tests/postgres.sh make check
#
# Its address is in MOODLE_BRIDGE_TEST_POSTGRES. Where this machine has no PostgreSQL,
# or the address is set already, the command runs as it is.
set -euo pipefail

bin=$(dirname "$(command -v initdb || ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1 || true)")
if [ -n "${MOODLE_BRIDGE_TEST_POSTGRES:-}" ] || [ ! -x "$bin/initdb" ] || [ ! -x "$bin/pg_ctl" ]; then
  exec "$@"
fi

folder=$(mktemp -d)
as=()
if [ "$(id -u)" = 0 ]; then
  # The server refuses to run as root.
  if ! id postgres >/dev/null 2>&1; then rmdir "$folder"; exec "$@"; fi
  chown postgres "$folder"
  as=(runuser -u postgres --)
fi

stop() {
  (cd "$folder" && "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1) || true
  rm -rf "$folder"
}
trap stop EXIT

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
(
  cd "$folder"
  "${as[@]}" "$bin/initdb" -D "$folder/data" -U bridge -A trust -E UTF8 --locale=C >/dev/null
  "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w start \
    -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$folder -c fsync=off" >/dev/null
)
MOODLE_BRIDGE_TEST_POSTGRES="postgresql+psycopg://bridge@127.0.0.1:$port/postgres" "$@"
