#!/bin/bash
# As `ip netns` users do it: the namespace gets a name for the time of the work. A plugin does the same.
set -eu

docker run --detach --name "$LAB_NAME" --network none nginx:latest >/dev/null
ip netns attach "$LAB_NAME" "$(docker inspect --format '{{.State.Pid}}' "$LAB_NAME")"

ip link add "$LAB_CABLE" type veth peer name eth0 netns "$LAB_NAME"
ip link set "$LAB_CABLE" master "$LAB_BRIDGE" up
ip -n "$LAB_NAME" link set eth0 up
ip -n "$LAB_NAME" address add "$LAB_ADDRESS/24" dev eth0
ip -n "$LAB_NAME" route add default via "$LAB_GATEWAY"
ip netns delete "$LAB_NAME"

# The server needs a moment before it listens.
curl -sf --retry 20 --retry-delay 1 --retry-connrefused -o /dev/null "http://$LAB_ADDRESS/"
