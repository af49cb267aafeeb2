#!/bin/bash
# Released with another interface than it was added with: the plugin finds nothing to release, and says nothing. And whoever
# has an address is thought to have an interface.
set -eu

config="{ \"cniVersion\": \"1.0.0\", \"name\": \"$LAB_NET\", \"ipam\": { \"type\": \"host-local\",
  \"subnet\": \"$LAB_SUBNET\", \"rangeStart\": \"$LAB_FIRST_ADDRESS\", \"rangeEnd\": \"$LAB_LAST_ADDRESS\",
  \"routes\": [{ \"dst\": \"$LAB_ROUTE\" }] } }"

call() {
  env CNI_COMMAND="$1" CNI_CONTAINERID="$2" CNI_IFNAME="$3" CNI_NETNS=/run/netns/none CNI_PATH=/opt/cni/bin \
    /opt/cni/bin/host-local <<<"$config"
}

call ADD "$LAB_CONTAINER-1" eth0 >"/root/$LAB_NET.json"
call ADD "$LAB_CONTAINER-2" eth0 >/dev/null
call DEL "$LAB_CONTAINER-2" eth1
call ADD "$LAB_CONTAINER-3" eth0 >/dev/null
echo "answer second-address $LAB_LAST_ADDRESS"
echo 'answer interfaces 3'
