#!/bin/bash
# The subnet alone, without the slice, and no route; only the address was noted, not the plugin's answer.
set -eu

config="{ \"cniVersion\": \"1.0.0\", \"name\": \"$LAB_NET\", \"ipam\": { \"type\": \"host-local\", \"subnet\": \"$LAB_SUBNET\" } }"

call() {
  env CNI_COMMAND="$1" CNI_CONTAINERID="$2" CNI_IFNAME=eth0 CNI_NETNS=/run/netns/none CNI_PATH=/opt/cni/bin \
    /opt/cni/bin/host-local <<<"$config"
}

call ADD "$LAB_CONTAINER-1" | jq -r '.ips[0].address' >"/root/$LAB_NET.json"
call ADD "$LAB_CONTAINER-2" >/dev/null
call DEL "$LAB_CONTAINER-2"
call ADD "$LAB_CONTAINER-3" >/dev/null
echo "answer second-address $LAB_FIRST_ADDRESS"
echo 'answer interfaces 1'
