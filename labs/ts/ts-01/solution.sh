#!/bin/bash
# Evidence first, then the manifest with --iface. The checks read the facts of the start; here the agents are asked.
set -eu

chosen=$(
  kubectl -n kube-flannel logs -l app=flannel -c kube-flannel --tail=-1 |
    grep -o 'Using interface with name .*' | sort -u
)
echo "answer chosen-interface $(awk '{print $5}' <<<"$chosen")"
echo "answer chosen-address $(awk '{print $8}' <<<"$chosen")"
# flannel gives its device the first address of the node's range.
range=$(kubectl get node "$LAB_WORKER1" -o jsonpath='{.spec.podCIDR}')
echo "answer tunnel-source ${range%/*}"

kubectl apply -f /vagrant/manifests/cni/flannel/flannel_fix.yml
kubectl -n kube-flannel rollout status daemonset kube-flannel-ds --timeout=90s

# Running is not yet working: an agent still has to announce itself and to hear of the others.
from=$(kubectl -n ts-01 get pods --field-selector "spec.nodeName=$LAB_WORKER1" -o jsonpath='{.items[0].metadata.name}')
to=$(kubectl -n ts-01 get pods --field-selector "spec.nodeName=$LAB_WORKER2" -o jsonpath='{.items[0].status.podIP}')
for _ in $(seq 30); do
  count=$(kubectl get nodes -o yaml | grep -c "public-ip: 10\.0\.2\.15" || true)
  if [ "$count" -eq 0 ] && kubectl -n ts-01 exec "$from" -- ping -c 1 -W 1 "$to"; then exit 0; fi
  sleep 1
done
echo 'the pods do not reach each other' >&2
exit 1
