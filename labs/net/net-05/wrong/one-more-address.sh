#!/bin/bash
# The right address comes beside the wrong one. And what was there is worked out as ping reads 192.168.N, not looked up.
set -eu

echo "answer found-address 192.168.0.$LAB_OCTET/24"
echo "answer found-hop $LAB_GHOST"
ip -n "$LAB_NEAR" address add "$LAB_NEAR_ADDRESS/24" dev eth0
ip -n "$LAB_NEAR" route add 192.168.2.0/24 via 192.168.1.1
ip -n "$LAB_FAR" route replace 192.168.1.0/24 via 192.168.2.1
ip netns exec "$LAB_ROUTER" sysctl -qw net.ipv4.ip_forward=1
