#!/bin/bash
# The right route is put before the wrong one, which stays: all works until somebody deletes or changes the first of them.
set -eu

echo "answer found-address $(ip -4 -o -n "$LAB_NEAR" address show dev eth0 | awk '{ print $4 }')"
echo "answer found-hop $LAB_GHOST"
ip -n "$LAB_NEAR" address flush dev eth0
ip -n "$LAB_NEAR" address add "$LAB_NEAR_ADDRESS/24" dev eth0
ip -n "$LAB_NEAR" route add 192.168.2.0/24 via 192.168.1.1
ip -n "$LAB_FAR" route prepend 192.168.1.0/24 via 192.168.2.1
ip netns exec "$LAB_ROUTER" sysctl -qw net.ipv4.ip_forward=1
