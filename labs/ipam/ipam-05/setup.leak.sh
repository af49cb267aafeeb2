#!/bin/bash
# apply: reserves every address that is still free, for sandboxes that do not exist, as a runtime that lost its folder would
# leave them behind. undo: takes these away again; they are known by their ids, which follow from the address.
set -eu

workers=("$LAB_WORKER1" "$LAB_WORKER2")
addresses=("$LAB_WORKER1_ADDRESS" "$LAB_WORKER2_ADDRESS")
[ -n "$(ip -4 -o address show to "${addresses[LAB_WHICH - 1]}")" ] || exit 0

number() { local IFS=. a b c d; read -r a b c d <<<"$1"; echo $(((a << 24) + (b << 16) + (c << 8) + d)); }
dotted() { printf -v "$1" '%d.%d.%d.%d' $(($2 >> 24 & 255)) $(($2 >> 16 & 255)) $(($2 >> 8 & 255)) $(($2 & 255)); }

# 64 hexadecimal digits that look drawn at random, and are the same for the same address.
lost_id() {
  local into=$1 x=$2 word text=''
  for _ in 1 2 3 4 5 6 7 8; do
    x=$(((x * 6364136223846793005 + 1442695040888963407) & 0x7fffffffffffffff))
    printf -v word '%08x' $((x >> 29 & 0xffffffff))
    text+=$word
  done
  printf -v "$into" '%s' "$text"
}

node=${workers[LAB_WHICH - 1]}
range=$(kubectl get node "$node" -o jsonpath='{.spec.podCIDR}')
first=$(number "${range%/*}")
last=$((first + (1 << (32 - ${range#*/})) - 2))
if [ $((last - first)) -gt 1024 ]; then
  echo "the range of $node, $range, is too large to be used up here" >&2
  exit 1
fi
mkdir -p "/var/lib/cni/networks/$(jq -r .name /etc/cni/net.d/10-flannel.conflist)"
cd "/var/lib/cni/networks/$(jq -r .name /etc/cni/net.d/10-flannel.conflist)"

address='' id='' lost=()
case $1 in
apply)
  umask 077
  for ((n = first + 2; n <= last; n++)); do
    dotted address "$n"
    [ ! -e "$address" ] || continue
    lost_id id "$n"
    printf '%s\r\neth0' "$id" >"$address"
    lost+=("$address")
  done
  if [ "${#lost[@]}" -gt 0 ]; then
    touch -d '3 days ago' "${lost[@]}"
    printf '%s' "$address" >last_reserved_ip.0
  fi

  # Of whatever origin: a note whose sandbox the runtime does not know.
  notes=$(head -q -n 1 -- *.*.*.* | tr -d '\r' | grep -E '^[0-9a-f]{64}$' | sort)
  echo "fact leaked $(comm -23 <(echo "$notes") <(ctr -n k8s.io containers ls -q | sort) | wc -l)"
  ;;
undo)
  for ((n = first + 2; n <= last; n++)); do
    dotted address "$n"
    [ -e "$address" ] || continue
    lost_id id "$n"
    case $(<"$address") in "$id"*) lost+=("$address") ;; esac
  done
  if [ "${#lost[@]}" -gt 0 ]; then rm -f "${lost[@]}"; fi
  ;;
esac
