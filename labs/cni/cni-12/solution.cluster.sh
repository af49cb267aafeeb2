#!/bin/bash
# A tunnel has a port to which the wrapped packets go; without one between the nodes, they are routed.
set -eu

if ip -o link show type vxlan | grep -qE ' (flannel|labnet)\.1: '; then
  echo 'answer cluster overlay'
else
  echo 'answer cluster layer-3'
fi
