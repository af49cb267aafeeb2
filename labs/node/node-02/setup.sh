#!/bin/bash
# A second address beside the node's own, on one worker.
set -eu

addresses=("$LAB_WORKER1_ADDRESS" "$LAB_WORKER2_ADDRESS")
own=${addresses[LAB_WHICH - 1]}
nic=$(ip -4 -o address show to "$own" | awk '{ print $2 }')
[ -n "$nic" ] || exit 0 # another worker

case $1 in
apply)
  ip address replace "$LAB_SECOND/24" dev "$nic"
  ;;
undo)
  if [ -n "$(ip -4 -o address show to "$LAB_SECOND")" ]; then
    ip address delete "$LAB_SECOND/24" dev "$nic"
  fi
  ;;
esac
