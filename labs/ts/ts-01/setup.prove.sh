#!/bin/bash
# apply: proves the symptom before the learner is told of it: the own pod answers, the other node's pod does not, although there is a route.
set -eu

[ "$1" = apply ] || exit 0

pod_on() {
  kubectl -n ts-01 get pods -l app=net-probe --field-selector "spec.nodeName=$1" -o jsonpath='{.items[0].status.podIP}'
}
answers() { ping -n -q -c 2 -i 0.3 -W 1 "$1" >/dev/null; }

own=$(pod_on "$LAB_WORKER1")
other=$(pod_on "$LAB_WORKER2")
for _ in $(seq 20); do
  if ip route get "$other" | grep -q 'dev flannel\.1' && answers "$own" && ! answers "$other"; then exit 0; fi
  sleep 0.5
done
echo "the fault does not show: $LAB_WORKER1 should reach its own pod $own and not $other on $LAB_WORKER2" >&2
exit 1
