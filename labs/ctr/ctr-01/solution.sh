#!/bin/bash
# The checks ask the networks; here the list, the containers and the kernel are asked.
set -eu

docker network ls --format '{{.Name}} {{.Driver}}' |
  awk '$1 ~ /^(bridge|host|none)$/ { print "answer drivers " $1 "=" $2 }'
echo "answer scope $(docker network ls --format '{{.Scope}}' | sort -u)"
# One switch each.
echo "answer bridges $(ip -j link show type bridge | jq '[.[] | select(.ifname)] | length')"
echo "answer default-device $(docker network inspect --format '{{index .Options "com.docker.network.bridge.name"}}' bridge)"
device=br-$(docker network ls --quiet --filter "name=^$LAB_BACK\$")
echo "answer back-device $device"
echo "answer back-range $(ip -j -4 route show dev "$device" | jq -r '.[0].dst')"
docker ps --filter "network=$LAB_BACK" --format '{{.Names}}' | sed 's/^/answer back-members /'
for container in $(docker ps --quiet); do
  docker inspect --format '{{.HostConfig.NetworkMode}} {{slice .Name 1}}' "$container"
done | awk '$1 == "host" { print "answer on-host " $2 }'
