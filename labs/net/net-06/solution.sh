#!/bin/bash
# All from the one desk, as a learner would; the checks look at the interfaces of the others.
set -eu

at_desk() { ip netns exec "$LAB_YOU" "$@"; }
macs() { grep -oiE '([0-9a-f]{2}:){5}[0-9a-f]{2}' || true; }

line=$(at_desk ip neighbour show "$LAB_PEER_ADDRESS")
echo "answer table $(macs <<<"$line")"
echo "answer state $(awk '{ print $NF }' <<<"$line")"
echo "answer real $(at_desk arping -I eth0 -c 1 -w 2 "$LAB_PEER_ADDRESS" | macs)"
# Both answer the first question.
echo "answer double $(at_desk arping -b -I eth0 -c 2 -w 2 "$LAB_DOUBLE" | macs | sort -u | paste -sd ' ')"

at_desk ping -n -q -c 1 -W 2 192.168.2.10 >/dev/null
echo "answer frame $(at_desk ip neighbour show 192.168.1.1 | macs)"
if [ -n "$(at_desk ip neighbour show 192.168.2.10)" ]; then echo 'answer entry yes'; else echo 'answer entry no'; fi
