#!/bin/bash
# Other sources than the checks use: the addresses with their prefixes, kubeadm's own notes, the ServiceCIDR object.
set -eu

config=$(kubectl -n kube-system get configmap kubeadm-config -o jsonpath='{.data.ClusterConfiguration}')
pods=$(sed -n 's/^ *podSubnet: *//p' <<<"$config")
services=$(kubectl get servicecidr kubernetes -o jsonpath='{.spec.cidrs[0]}')
own=$(ip -j -4 address | jq -r --arg local "$LAB_CONTROL_PLANE_ADDRESS" \
  '.[].addr_info[] | select(.local == $local) | "\(.local)/\(.prefixlen)"')

number() { local IFS=.; read -r a b c d <<<"$1"; echo $(((a << 24) + (b << 16) + (c << 8) + d)); }
dotted() { echo "$(($1 >> 24 & 255)).$(($1 >> 16 & 255)).$(($1 >> 8 & 255)).$(($1 & 255))"; }
network() { # 10.1.2.3/24 -> 10.1.2.0/24
  local bits=${1#*/}
  echo "$(dotted $(($(number "${1%/*}") >> (32 - bits) << (32 - bits))))/$bits"
}
# Two ranges overlap when the wider one contains the other: both begin alike under the shorter prefix.
overlap() {
  local bits=${1#*/}
  if [ "${2#*/}" -lt "$bits" ]; then bits=${2#*/}; fi
  [ "$(network "${1%/*}/$bits")" = "$(network "${2%/*}/$bits")" ]
}

nodes=$(network "$own")
echo "answer nodes $nodes"
echo "answer pods $pods"
echo "answer services $services"

for name in red green blue; do
  address=$(kubectl -n svc-01 get pod "$name" -o jsonpath='{.status.podIP}')
  if ! overlap "$address/32" "$pods"; then echo "answer left-out $name"; fi
done

# Two of three, each word once.
taken=$(
  if overlap "$nodes" "$pods"; then printf '%s\n' nodes pods; fi
  if overlap "$nodes" "$services"; then printf '%s\n' nodes services; fi
  if overlap "$pods" "$services"; then printf '%s\n' pods services; fi
)
sort -u <<<"${taken:-none}" | sed 's/^/answer overlap /'

taken=$(
  if overlap "$LAB_PLAN" "$nodes"; then echo nodes; fi
  if overlap "$LAB_PLAN" "$pods"; then echo pods; fi
  if overlap "$LAB_PLAN" "$services"; then echo services; fi
)
sort -u <<<"${taken:-none}" | sed 's/^/answer plan /'
