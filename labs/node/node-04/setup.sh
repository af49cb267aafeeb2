#!/bin/bash
# A program on one worker that listens and belongs to nothing. As a unit it outlives this script, and can be found again.
set -eu

addresses=("$LAB_WORKER1_ADDRESS" "$LAB_WORKER2_ADDRESS")
[ -n "$(ip -4 -o address show to "${addresses[LAB_WHICH - 1]}")" ] || exit 0 # another worker

case $1 in
apply)
  systemctl is-active --quiet node-04 ||
    systemd-run --quiet --collect --unit=node-04 socat "TCP-LISTEN:$LAB_PORT,bind=$LAB_BIND,fork,reuseaddr" PIPE
  for _ in $(seq 50); do
    if [ -n "$(ss -Hltn "sport = :$LAB_PORT")" ]; then exit 0; fi
    sleep 0.1
  done
  echo "nothing listens on port $LAB_PORT" >&2
  exit 1
  ;;
undo)
  if systemctl is-active --quiet node-04; then systemctl stop node-04; fi
  ;;
esac
