#!/bin/bash
# From the node's side: the way to a pod of this node leads to the bridge; its own address has the range.
set -eu

node=''
for one in "$LAB_WORKER1=$LAB_WORKER1_ADDRESS" "$LAB_WORKER2=$LAB_WORKER2_ADDRESS"; do
  if [ -n "$(ip -4 -o address show to "${one#*=}")" ]; then node=${one%%=*}; fi
done
guest=$(kubectl -n ipam-02 get pods --field-selector "spec.nodeName=$node" -o jsonpath='{.items[0].status.podIP}')
bridge=$(ip -j route get "$guest" | jq -r '.[0].dev')

number() { local IFS=. a b c d; read -r a b c d <<<"$1"; echo $(((a << 24) + (b << 16) + (c << 8) + d)); }
dotted() { echo "$(($1 >> 24 & 255)).$(($1 >> 16 & 255)).$(($1 >> 8 & 255)).$(($1 & 255))"; }
read -r address bits < <(ip -j -4 address show dev "$bridge" | jq -r '.[0].addr_info[0] | "\(.local) \(.prefixlen)"')
range=$(dotted $(($(number "$address") >> (32 - bits) << (32 - bits))))/$bits
echo "answer ranges $node=$range"

if [ "$node" = "$LAB_WORKER1" ]; then
  echo "answer bridge $bridge"
  case $(kubectl describe node "$node") in
  *"PodCIDR: "*" $range"*) echo 'answer follows yes' ;;
  *) echo 'answer follows no' ;;
  esac
fi
