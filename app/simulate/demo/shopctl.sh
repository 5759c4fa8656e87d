#!/bin/sh
# Controls the shop of the virtual host that this file lies on.
# shopctl start | stop | restart | status
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../../.." && pwd)
{ read -r node; read -r program; read -r port; read -r demo_pid; } <"$root/etc/shop.conf"
pid_file=$root/run/shop.pid
log=$root/var/log/shop.log

pid() { cat "$pid_file" 2>/dev/null || true; }
runs() { [ -n "$(pid)" ] && kill -0 "$(pid)" 2>/dev/null; }

# Tries a command for up to $1 tenths of a second.
wait_until() {
  tries=$1; shift
  while ! "$@"; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 1
    sleep 0.1
  done
}
is_gone() { ! runs; }

stop() {
  runs || return 0
  old=$(pid)
  kill "$old"
  if ! wait_until 10 is_gone; then
    echo "shop (pid $old) does not react to SIGTERM: killing it"
    kill -KILL "$old" 2>/dev/null || true
    wait_until 20 is_gone
  fi
}

start() {
  if runs; then echo "shop runs already, pid $(pid)"; return 0; fi
  rm -f "$pid_file"
  setsid "$node" "$program" "$port" "$pid_file" "$root/srv/shop/current/VERSION" "$demo_pid" \
    >>"$log" 2>&1 </dev/null &
  wait_until 100 runs || { echo "shop did not come up; $log ends with:"; tail -n 5 "$log"; return 1; }
  echo "shop is up, pid $(pid)"
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  restart) stop; start ;;
  status) if runs; then echo "running, pid $(pid)"; else echo 'not running'; exit 3; fi ;;
  *) echo 'usage: shopctl start | stop | restart | status' >&2; exit 2 ;;
esac
