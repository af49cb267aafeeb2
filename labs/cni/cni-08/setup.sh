#!/bin/bash
# A part of the range of worker2 is sent there unwrapped, by a route that no agent made.
set -eu

range=$(kubectl get node "$LAB_WORKER2" -o jsonpath='{.spec.podCIDR}')
part=${range%.*}.$((LAB_LAST / 16 * 16))/28

case $1 in
apply)
  if ! ip link show dev flannel.1 >/dev/null 2>&1 || [ "${range#*/}" != 24 ]; then
    echo 'this exercise is about flannel with the backend vxlan and a /24 for each node; lab.yaml has something else' >&2
    exit 1
  fi
  nic=$(ip -4 -o address show to "$LAB_CONTROL_PLANE_ADDRESS" | awk '{ print $2 }')
  ip route replace "$part" via "$LAB_WORKER2_ADDRESS" dev "$nic"
  ;;
undo)
  if [ -n "$(ip route show exact "$part")" ]; then ip route delete "$part"; fi
  ;;
esac
