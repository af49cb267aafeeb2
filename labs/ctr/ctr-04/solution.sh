#!/bin/bash
# Without asking containerd: each process tells in its cgroup to which pod and which container it belongs.
set -eu

pod=$(kubectl -n ctr-04 get pod "$LAB_POD" -o json)
[ "$(hostname)" = "$(jq -r .spec.nodeName <<<"$pod")" ] || exit 0
uid=$(jq -r .metadata.uid <<<"$pod")

# PID, cgroup
processes=$(grep -HsE "pod($uid|${uid//-/_})" /proc/[0-9]*/cgroup | sed -E 's|^/proc/([0-9]+)/cgroup:|\1 |')
echo "answer count $(awk '{ print $2 }' <<<"$processes" | sed 's|.*/||' | sort -u | wc -l)"

container=$(jq -r '.status.containerStatuses[0].containerID | sub("containerd://"; "")' <<<"$pod")
app=$(awk -v id="$container" 'index($2, id) { print $1; exit }' <<<"$processes")
sandbox=
while read -r pid _; do
  if [ "$(cat "/proc/$pid/comm")" = pause ]; then sandbox=$pid; fi
done <<<"$processes"
echo "answer pid $sandbox"

echo "answer address $(jq -r .status.podIP <<<"$pod")"
echo "answer peer $(kubectl -n ctr-04 exec "$LAB_POD" -c part1 -- cat /sys/class/net/eth0/iflink)"
for kind in net ipc uts pid mnt; do
  if [ "$(readlink "/proc/$sandbox/ns/$kind")" = "$(readlink "/proc/$app/ns/$kind")" ]; then
    echo "answer shared $kind"
  fi
done
