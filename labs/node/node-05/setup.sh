#!/bin/bash
# One worker opens connections to etcd's port for clients, says nothing, and keeps them. etcd waits for as long as they last.
set -eu

addresses=("$LAB_WORKER1_ADDRESS" "$LAB_WORKER2_ADDRESS")
[ -n "$(ip -4 -o address show to "${addresses[LAB_WHICH - 1]}")" ] || exit 0 # another worker

visit="for _ in {1..$LAB_VISITS}; do exec {socket}<>/dev/tcp/$LAB_CONTROL_PLANE_ADDRESS/2379; done; exec sleep infinity"
visits() { ss -Htn state established "dst $LAB_CONTROL_PLANE_ADDRESS and dport = :2379" | wc -l; }

case $1 in
apply)
  # Whoever started etcd anew has cut them off.
  if systemctl is-active --quiet node-05 && [ "$(visits)" -ne "$LAB_VISITS" ]; then systemctl stop node-05; fi
  systemctl is-active --quiet node-05 || systemd-run --quiet --collect --unit=node-05 bash -c "$visit"
  for _ in $(seq 50); do
    if [ "$(visits)" -eq "$LAB_VISITS" ]; then exit 0; fi
    sleep 0.1
  done
  echo "$(visits) connections to etcd instead of $LAB_VISITS" >&2
  exit 1
  ;;
undo)
  if systemctl is-active --quiet node-05; then systemctl stop node-05; fi
  ;;
esac
