#!/bin/bash
# All from one captured packet; on the worker that does not send nothing is caught, and nothing is said.
set -eu

for own in "$LAB_WORKER1_ADDRESS" "$LAB_WORKER2_ADDRESS"; do
  nic=$(ip -4 -o address show to "$own" | awk '{ print $2 }')
  if [ -n "$nic" ]; then break; fi
done
# Plain UDP inside; see setup.prove.sh.
packet=$(timeout 3 tcpdump -nn -t -e -T vxlan -c 1 -i "$nic" "src $own and udp[39] = 17" 2>/dev/null || true)
[ -n "$packet" ] || exit 0

outer=$(head -n 1 <<<"$packet")
inner=$(tail -n 1 <<<"$packet")
# "… A.PORT > B.PORT: …" as four words.
ends() { grep -oE '([0-9]+\.){4}[0-9]+ > ([0-9]+\.){4}[0-9]+' <<<"$1" | sed -E 's/\.([0-9]+) > / \1 /; s/\.([0-9]+)$/ \1/'; }
read -r from _ to port <<<"$(ends "$outer")"
echo "answer outer-src $from"
echo "answer outer-dst $to"
echo "answer port $port"
echo "answer vni $(grep -oE 'vni [0-9]+' <<<"$outer" | cut -d ' ' -f 2)"
read -r from _ to port <<<"$(ends "$inner")"
echo "answer inner-src $from"
echo "answer inner-dst $to"
echo "answer inner-port $port"
echo "answer inner-mac $(grep -oE '> ([0-9a-f]{2}:){5}[0-9a-f]{2}' <<<"$inner" | cut -d ' ' -f 2)"
echo "answer device $(ip -j route get "$to" | jq -r '.[0].dev')"
name() { kubectl get pods -n cni-09 --field-selector "status.podIP=$1" -o jsonpath='{.items[0].metadata.name}'; }
echo "answer sender $(name "$from")"
echo "answer receiver $(name "$to")"
