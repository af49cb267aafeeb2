#!/bin/bash
# The whole from the running program, the parts from kubectl's words, the senders by counting addresses.
set -eu

whole=$(kubectl -n kube-system get pod "kube-controller-manager-$LAB_CONTROL_PLANE" -o yaml |
  grep -oE 'cluster-cidr=[0-9./]+' | head -n 1 | cut -d = -f 2)
echo "answer cluster-range $whole"

ranges=$(for node in "$LAB_CONTROL_PLANE" "$LAB_WORKER1" "$LAB_WORKER2"; do
  echo "$node $(kubectl describe node "$node" | awk '$1 == "PodCIDR:" { print $2 }')"
done)
while read -r node range; do echo "answer node-ranges $node=$range"; done <<<"$ranges"

kubectl -n ipam-01 get configmap firewall-log -o jsonpath='{.data.log}' |
  awk -v ranges="$(tr '\n' ' ' <<<"$ranges")" '
    function number(address, n) { split(address, n, "."); return ((n[1] * 256 + n[2]) * 256 + n[3]) * 256 + n[4] }
    {
      sub(/:.*/, "", $4)
      words = split(ranges, word, " ")
      found = "none"
      for (i = 1; i < words; i += 2) {
        split(word[i + 1], range, "/")
        away = number($4) - number(range[1])
        if (away >= 0 && away < 2 ^ (32 - range[2])) found = word[i]
      }
      print "answer senders " found
    }'

# As often as the addresses of a part go into those of the whole.
part=$(awk '{ print $2; exit }' <<<"$ranges")
echo "answer most-nodes $((2 ** (32 - ${whole#*/}) / 2 ** (32 - ${part#*/})))"
echo "answer planned-nodes $((2 ** (32 - ${LAB_PLANNED#*/}) / 2 ** (32 - LAB_MASK)))"
