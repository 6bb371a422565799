#!/bin/sh
# Runs a command beside a PostgreSQL of its own, on a socket in a new folder, and cleans up.
#
#   postgres.sh COMMAND...    with REGENT_TEST_POSTGRES set to the folder of the socket
#   postgres.sh               prints that folder; ends when its standard input does, so a test
#                             that is killed leaves nothing behind
#
# Nothing here is worth keeping, so nothing waits for the disk; REGENT_TEST_FSYNC=on makes it wait.
set -eu

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
if [ -z "$bin" ]; then
    echo "no PostgreSQL under /usr/lib/postgresql: apt-get install postgresql" >&2
    exit 1
fi

folder=$(mktemp -d /tmp/regent-pg.XXXXXX)
as_owner=""
if [ "$(id -u)" = 0 ]; then # PostgreSQL does not run as root
    chown postgres "$folder"
    as_owner="setpriv --reuid=postgres --regid=postgres --clear-groups"
fi

stop() {
    $as_owner "$bin/pg_ctl" --pgdata="$folder/data" --mode=immediate --wait stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 1' HUP INT TERM

cd "$folder"
$as_owner "$bin/initdb" --pgdata="$folder/data" --username=regent --auth=trust \
    --encoding=UTF8 --no-locale --no-sync >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; exit 1; }
cat >>"$folder/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$folder'
fsync = ${REGENT_TEST_FSYNC:-off}
full_page_writes = ${REGENT_TEST_FSYNC:-off}
max_connections = 200
CONF
$as_owner "$bin/pg_ctl" --pgdata="$folder/data" --log="$folder/server.log" --wait start >/dev/null ||
    { cat "$folder/server.log" >&2; exit 1; }

cd - >/dev/null
if [ $# -gt 0 ]; then
    REGENT_TEST_POSTGRES="$folder" "$@"
else
    echo "$folder"
    cat >/dev/null
fi
