#!/bin/bash
# Two routes on the control plane, the narrower one inside the wider one, by different workers.
set -eu

case $LAB_WHICH in
1) wide_hop=$LAB_WORKER2_ADDRESS narrow_hop=$LAB_WORKER1_ADDRESS ;;
*) wide_hop=$LAB_WORKER1_ADDRESS narrow_hop=$LAB_WORKER2_ADDRESS ;;
esac

case $1 in
apply)
  ip route replace "$LAB_WIDE" via "$wide_hop"
  ip route replace "$LAB_NARROW" via "$narrow_hop"
  ;;
undo)
  for range in "$LAB_WIDE" "$LAB_NARROW"; do
    while [ -n "$(ip route show exact "$range")" ]; do ip route delete "$range"; done
  done
  ;;
esac
