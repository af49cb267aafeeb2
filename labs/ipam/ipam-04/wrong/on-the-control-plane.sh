#!/bin/bash
# All calls are right, but made where kubectl is: the notes of the plugin are those of that node.
set -eu

config="{ \"cniVersion\": \"1.0.0\", \"name\": \"$LAB_NET\", \"ipam\": { \"type\": \"host-local\",
  \"subnet\": \"$LAB_SUBNET\", \"rangeStart\": \"$LAB_FIRST_ADDRESS\", \"rangeEnd\": \"$LAB_LAST_ADDRESS\",
  \"routes\": [{ \"dst\": \"$LAB_ROUTE\" }] } }"

call() {
  env CNI_COMMAND="$1" CNI_CONTAINERID="$2" CNI_IFNAME=eth0 CNI_NETNS=/run/netns/none CNI_PATH=/opt/cni/bin \
    /opt/cni/bin/host-local <<<"$config"
}

call ADD "$LAB_CONTAINER-1" >"/root/$LAB_NET.json"
echo "answer second-address $(call ADD "$LAB_CONTAINER-2" | jq -r '.ips[0].address')"
call DEL "$LAB_CONTAINER-2"
call ADD "$LAB_CONTAINER-3" >/dev/null
echo 'answer interfaces 0'
