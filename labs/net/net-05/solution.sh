#!/bin/bash
set -eu

echo "answer found-address $(ip -4 -o -n "$LAB_NEAR" address show dev eth0 | awk '{ print $4 }')"
echo "answer found-hop $(ip -n "$LAB_FAR" route get "$LAB_NEAR_ADDRESS" | awk '{ print $3; exit }')"

ip -n "$LAB_NEAR" address flush dev eth0
ip -n "$LAB_NEAR" address add "$LAB_NEAR_ADDRESS/24" dev eth0
ip -n "$LAB_NEAR" route add 192.168.2.0/24 via 192.168.1.1
ip -n "$LAB_FAR" route replace 192.168.1.0/24 via 192.168.2.1
ip netns exec "$LAB_ROUTER" sysctl -qw net.ipv4.ip_forward=1
