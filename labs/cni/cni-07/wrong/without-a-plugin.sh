#!/bin/bash
# The same network, made by ip commands: it works, and nobody knows of it.
set -eu

gateway=${LAB_RANGE%.*}.1
ip link add "$LAB_BRIDGE" type bridge
ip address add "$gateway/24" dev "$LAB_BRIDGE"
ip link set "$LAB_BRIDGE" up
ip netns add "$LAB_FIRST"
ip netns add "$LAB_SECOND"
ip link add "to-$LAB_FIRST" type veth peer name eth0 netns "$LAB_FIRST"
ip link set "to-$LAB_FIRST" master "$LAB_BRIDGE" up
ip -n "$LAB_FIRST" address add "${LAB_RANGE%.*}.2/24" dev eth0
ip -n "$LAB_FIRST" link set eth0 up
echo "answer version v$(CNI_COMMAND=VERSION /opt/cni/bin/bridge <<<'{"cniVersion":"1.0.0"}' | jq -r '.supportedVersions[-1]')"
