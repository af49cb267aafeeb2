#!/bin/bash
# The checks read tables; here packets are sent, and the pods say what they have learnt.
set -eu

read_pod() { kubectl -n ipam-03 get pod "$1" -o jsonpath="{$2}"; }
inside() { kubectl -n ipam-03 exec "$1" -- "${@:2}"; }

kubectl apply -f - <<YAML
apiVersion: v1
kind: Pod
metadata: { name: $LAB_POD, namespace: ipam-03 }
spec:
  nodeName: $(read_pod near .spec.nodeName)
  terminationGracePeriodSeconds: 0
  containers:
    - { name: $LAB_POD, image: 'wbitt/network-multitool:latest', imagePullPolicy: IfNotPresent }
YAML
kubectl -n ipam-03 wait --for=condition=Ready "pod/$LAB_POD" --timeout=30s

for pod in near far; do
  echo "answer gateways $(read_pod $pod .spec.nodeName)=$(inside $pod ip route | awk '$1 == "default" { print $3 }')"
done

gateway=$(inside "$LAB_POD" ip route | awk '$1 == "default" { print $3 }')
inside "$LAB_POD" ping -c 1 -W 2 "$gateway" >/dev/null
echo "answer mac $(inside "$LAB_POD" ip neighbour show "$gateway" | grep -oE '([0-9a-f]{2}:){5}[0-9a-f]{2}')"

# One hop more than straight: somebody forwarded the packet, and took one off its time to live.
for pod in near far; do
  case $(inside "$LAB_POD" ping -c 1 -W 2 "$(read_pod $pod .status.podIP)") in
  *ttl=64*) echo "answer by-gateway $pod=no" ;;
  *) echo "answer by-gateway $pod=yes" ;;
  esac
done
