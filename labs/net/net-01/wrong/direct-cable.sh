#!/bin/bash
# One cable from host to host: the ping passes, but there is no switch that a third host could be plugged into.
set -eu

ip netns add red
ip netns add blue
ip link add name eth0 netns red type veth peer name eth0 netns blue
ip -n red address add 192.168.1.10/24 dev eth0
ip -n blue address add 192.168.1.11/24 dev eth0
ip -n red link set dev eth0 up
ip -n blue link set dev eth0 up
