#!/bin/bash
# Leases from the API, the network from flannel's configuration, the ways from the kernel, the outer address from what worker2 announced.
set -eu

kubectl get nodes -o json | jq -r '.items[] | "answer leases \(.metadata.name)=\(.spec.podCIDR)"'
echo "answer network $(kubectl -n kube-flannel get configmap kube-flannel-cfg -o jsonpath='{.data.net-conf\.json}' | jq -r .Network)"
echo "answer local $(bridge -j link | jq -r '[.[] | select(.ifname | startswith("veth")) | .master] | first')"

range=$(kubectl get node "$LAB_WORKER2" -o jsonpath='{.spec.podCIDR}')
way() { ip -j route get "${range%.*}.$1" | jq -r ".[0].$2"; }
echo "answer device $(way 1 dev)"
echo "answer gateway $(way 1 gateway)"
echo "answer outer $(kubectl get node "$LAB_WORKER2" -o jsonpath='{.metadata.annotations.flannel\.alpha\.coreos\.com/public-ip}')"

echo "answer exception $(ip route | grep "^${range%.*}\." | grep -v "^$range " | cut -d ' ' -f 1)"
echo "answer odd-device $(way "$LAB_LAST" dev)"
echo "answer odd-gateway $(way "$LAB_LAST" gateway)"
