#!/bin/bash
# The API server is known by its Service, and a port counts as closed to others when one of its lines says 127.0.0.1.
set -eu

of() { ss -Hltnp | grep -F "\"$1\"" | grep -oP ':\K\d+(?=\s+\S+\s+users)' | sort -nu | paste -sd ,; }

echo "answer apiserver $(kubectl get service kubernetes -o jsonpath='{.spec.ports[*].port}')"
echo "answer scheduler $(of kube-scheduler)"
echo "answer controller-manager $(of kube-controller)"
echo "answer etcd $(of etcd)"
echo "answer kubelet $(of kubelet)"
echo "answer kube-proxy $(of kube-proxy)"
ss -Hltnp | awk '/"(kube-[a-z]*|etcd|kubelet)"/ && $4 ~ /^127/ { sub(/.*:/, "", $4); print "answer inside " $4 }'
echo "answer worker $(of kubelet),$(of kube-proxy)"
