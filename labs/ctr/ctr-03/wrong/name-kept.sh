#!/bin/bash
# All is wired, but the end in the container keeps the name that it was made with.
set -eu

docker run --detach --name "$LAB_NAME" --network none nginx:latest >/dev/null
pid=$(docker inspect --format '{{.State.Pid}}' "$LAB_NAME")
in_container() { nsenter --net --target "$pid" "$@"; }

ip link add "$LAB_CABLE" type veth peer name "${LAB_CABLE}c"
ip link set "$LAB_CABLE" master "$LAB_BRIDGE" up
ip link set "${LAB_CABLE}c" netns "$pid"
in_container ip link set "${LAB_CABLE}c" up
in_container ip address add "$LAB_ADDRESS/24" dev "${LAB_CABLE}c"
in_container ip route add default via "$LAB_GATEWAY"

curl -sf --retry 20 --retry-delay 1 --retry-connrefused -o /dev/null "http://$LAB_ADDRESS/"
