#!/bin/bash
# What every engine has is taken for all there is: one bridge, docker0, for everybody. Members by the network that a container
# was started on, and "none" for the network of the machine.
set -eu

echo 'answer drivers bridge=bridge host=host none="null"'
echo 'answer scope local'
echo 'answer bridges 1'
echo 'answer default-device docker0'
echo 'answer back-device docker0'
echo "answer back-range $(docker network inspect --format '{{(index .IPAM.Config 0).Subnet}}' bridge)"
for container in $(docker ps --quiet); do
  docker inspect --format '{{.HostConfig.NetworkMode}} {{slice .Name 1}}' "$container"
done | awk -v back="$LAB_BACK" '
  $1 == back { print "answer back-members " $2 }
  $1 == "none" { print "answer on-host " $2; exit }'
