#!/bin/bash
# apply: a log with an address out of the range of each node, and one that no node has; the facts are who they belong to.
set -eu

number() { local IFS=. a b c d; read -r a b c d <<<"$1"; echo $(((a << 24) + (b << 16) + (c << 8) + d)); }
dotted() { echo "$(($1 >> 24 & 255)).$(($1 >> 16 & 255)).$(($1 >> 8 & 255)).$(($1 & 255))"; }
inside() { [ $(($1 >> (32 - ${2#*/}))) -eq $(($(number "${2%/*}") >> (32 - ${2#*/}))) ]; }

case $1 in
apply)
  ranges=$(kubectl get nodes -o jsonpath='{range .items[*]}{.metadata.name} {.spec.podCIDR}{"\n"}{end}')
  declare -A range
  while read -r node cidr; do range[$node]=$cidr; done <<<"$ranges"

  # From the end of the cluster's range downwards, until no node has the address.
  stranger=$(($(number "${LAB_POD_SUBNET%/*}") + (1 << (32 - ${LAB_POD_SUBNET#*/})) - 2 - 256 - LAB_PORT % 200))
  for cidr in "${range[@]}" "${range[@]}"; do
    if inside "$stranger" "$cidr"; then stranger=$((stranger - (1 << (32 - ${cidr#*/})))); fi
  done

  log='' line=0
  for who in ${LAB_SENDERS//,/}; do
    case $who in
    control-plane) node=$LAB_CONTROL_PLANE ;;
    worker1) node=$LAB_WORKER1 ;;
    worker2) node=$LAB_WORKER2 ;;
    *) node=none ;;
    esac
    address=$stranger
    if [ "$node" != none ]; then
      # Far from the addresses that pods have now, and the same each time.
      size=$((1 << (32 - ${range[$node]#*/})))
      address=$(($(number "${range[$node]%/*}") + size / 2 + (LAB_PORT * 7 + line * 13) % (size / 2 - 2)))
    fi
    log+="2026-03-0$((line + 3))T04:1$((line * 2)):5$line DENY TCP $(dotted "$address"):$((40000 + LAB_PORT + line * 731)) -> 203.0.113.10:$LAB_PORT"$'\n'
    echo "fact senders $node"
    line=$((line + 1))
  done

  kubectl create namespace ipam-01 --dry-run=client -o yaml | kubectl apply -f -
  kubectl -n ipam-01 create configmap firewall-log --from-literal=log="$log" --dry-run=client -o yaml | kubectl apply -f -
  ;;
undo)
  delete_namespace ipam-01
  ;;
esac
