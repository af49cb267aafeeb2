#!/bin/bash
# Both hosts are repaired, nobody looks at the machine in between; and the question about the past is answered afterwards.
set -eu

echo "answer found-address $(ip -4 -o -n "$LAB_NEAR" address show dev eth0 | awk '{ print $4 }')"
ip -n "$LAB_NEAR" address flush dev eth0
ip -n "$LAB_NEAR" address add "$LAB_NEAR_ADDRESS/24" dev eth0
ip -n "$LAB_NEAR" route add 192.168.2.0/24 via 192.168.1.1
ip -n "$LAB_FAR" route replace 192.168.1.0/24 via 192.168.2.1
echo "answer found-hop $(ip -j -n "$LAB_FAR" route show 192.168.1.0/24 | jq -r '.[0].gateway')"
