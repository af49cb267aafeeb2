#!/bin/bash
set -eu

ip link add name "$LAB_BRIDGE" type bridge
ip link set dev "$LAB_BRIDGE" up

for host in red=192.168.1.10 blue=192.168.1.11; do
  name=${host%=*}
  ip netns add "$name"
  ip link add name "port-$name" type veth peer name eth0 netns "$name"
  ip link set dev "port-$name" master "$LAB_BRIDGE" up
  ip -n "$name" address add "${host#*=}/24" dev eth0
  ip -n "$name" link set dev eth0 up
done
