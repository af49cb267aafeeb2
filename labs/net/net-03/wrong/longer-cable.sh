#!/bin/bash
# The two switches are joined by a cable, and each host is told that the other network is on its own cable. It works,
# as one network with two names.
set -eu

ip link add name to-east type veth peer name to-west
ip link set dev to-east master "$LAB_LEFT_SWITCH" up
ip link set dev to-west master "$LAB_RIGHT_SWITCH" up
ip -n "$LAB_LEFT" route add 192.168.2.0/24 dev eth0
ip -n "$LAB_RIGHT" route add 192.168.1.0/24 dev eth0
echo "answer sender $(ip -j -n "$LAB_LEFT" link show dev eth0 | jq -r '.[0].address')"
