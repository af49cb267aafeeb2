#!/bin/bash
# The column READY is taken for the number, the first app container for the sandbox, its own index for that of the other end; and
# "they share the network", so nothing else.
set -eu

pod=$(kubectl -n ctr-04 get pod "$LAB_POD" -o json)
[ "$(hostname)" = "$(jq -r .spec.nodeName <<<"$pod")" ] || exit 0
container=$(jq -r '.status.containerStatuses[0].containerID | sub("containerd://"; "")' <<<"$pod")

echo "answer count $(jq '.status.containerStatuses | length' <<<"$pod")"
echo "answer pid $(ctr -n k8s.io tasks ls | awk -v id="$container" '$1 == id { print $2 }')"
echo "answer address $(jq -r .status.podIP <<<"$pod")"
echo "answer peer $(kubectl -n ctr-04 exec "$LAB_POD" -c part1 -- cat /sys/class/net/eth0/ifindex)"
echo 'answer shared net'
