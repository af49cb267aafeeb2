#!/bin/bash
# The route stays as it was, and the router gets the address that the route names: it works, and the plan is wrong now.
set -eu

echo "answer found-address $(ip -4 -o -n "$LAB_NEAR" address show dev eth0 | awk '{ print $4 }')"
echo "answer found-hop $LAB_GHOST"
ip -n "$LAB_NEAR" address flush dev eth0
ip -n "$LAB_NEAR" address add "$LAB_NEAR_ADDRESS/24" dev eth0
ip -n "$LAB_NEAR" route add 192.168.2.0/24 via 192.168.1.1
ip -n "$LAB_ROUTER" address add "$LAB_GHOST/24" dev eth1
ip netns exec "$LAB_ROUTER" sysctl -qw net.ipv4.ip_forward=1
