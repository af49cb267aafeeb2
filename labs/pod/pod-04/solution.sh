#!/bin/bash
# What the pods themselves can tell: their own settings, and the first hop, which is their gateway.
set -eu

echo "answer odd-start $(kubectl -n pod-04 exec "$LAB_ODD" -- cat /proc/sys/net/ipv4/ip_default_ttl)"
echo "answer hops $(kubectl -n pod-04 exec "$LAB_NEAR" -- ip route show default | grep -oE 'via [0-9.]+' | cut -d ' ' -f 2)"
