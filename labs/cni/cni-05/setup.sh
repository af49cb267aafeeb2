#!/bin/bash
# One program is taken out of the directory of one worker, and put back.
set -eu

addresses=("$LAB_WORKER1_ADDRESS" "$LAB_WORKER2_ADDRESS")
[ -n "$(ip -4 -o address show to "${addresses[LAB_WHICH - 1]}")" ] || exit 0

kept=/var/lib/lab/cni-05
plugins=/opt/cni/bin

case $1 in
apply)
  mkdir -p "$kept"
  if [ ! -e "$kept/$LAB_GONE" ]; then mv "$plugins/$LAB_GONE" "$kept/$LAB_GONE"; fi
  rm -f "$plugins/$LAB_GONE"
  ;;
undo)
  if [ -e "$kept/$LAB_GONE" ]; then mv -f "$kept/$LAB_GONE" "$plugins/$LAB_GONE"; fi
  rm -rf "$kept"
  ;;
esac
