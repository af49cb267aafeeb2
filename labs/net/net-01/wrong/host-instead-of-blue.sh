#!/bin/bash
# The sandbox itself is taken for the second host: its bridge gets the address of blue.
set -eu

ip link add name "$LAB_BRIDGE" type bridge
ip address add 192.168.1.11/24 dev "$LAB_BRIDGE"
ip link set dev "$LAB_BRIDGE" up
ip netns add red
ip link add name port-red type veth peer name eth0 netns red
ip link set dev port-red master "$LAB_BRIDGE" up
ip -n red address add 192.168.1.10/24 dev eth0
ip -n red link set dev eth0 up
