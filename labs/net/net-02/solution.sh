#!/bin/bash
# The pings are watched; the checks ask the routing table.
set -eu

ping_far() { ip netns exec "$LAB_NEAR" ping -n -c 1 192.168.2.10 2>&1 || true; }
sent() { ip netns exec "$LAB_NEAR" cat /proc/net/dev | awk '$1 == "eth0:" { print $11 }'; }

said=$(ping_far)
echo "answer before ${said##*: }"
earlier=$(sent)
ping_far >/dev/null
echo "answer frames $(($(sent) - earlier))"

said=$(ip -n "$LAB_NEAR" route add 192.168.2.0/24 via 192.168.2.1 2>&1) || true
echo "answer refused $said"

ip -n "$LAB_NEAR" route add 192.168.2.0/24 via "$LAB_GATEWAY"
ping_far | sed -n 's/^From \([0-9.]*\).*/answer reporter \1/p'
echo "answer asked $(ip -n "$LAB_NEAR" neighbour | awk '!/lladdr/ { print $1 }')"
