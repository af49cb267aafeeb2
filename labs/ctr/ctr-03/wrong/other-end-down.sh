#!/bin/bash
# Inside all is as it should be; the end at the switch was plugged in and never switched on.
set -eu

docker run --detach --name "$LAB_NAME" --network none nginx:latest >/dev/null
pid=$(docker inspect --format '{{.State.Pid}}' "$LAB_NAME")

ip link add "$LAB_CABLE" type veth peer name eth0 netns "$pid"
ip link set "$LAB_CABLE" master "$LAB_BRIDGE"
nsenter --net --target "$pid" ip link set eth0 up
nsenter --net --target "$pid" ip address add "$LAB_ADDRESS/24" dev eth0
nsenter --net --target "$pid" ip route add default via "$LAB_GATEWAY"
