#!/bin/bash
# The address that is on the interface of the lab network beside the one that the API server lists for this node.
set -eu

listed=$(kubectl get nodes -o jsonpath='{.items[*].status.addresses[*].address}')
for own in "$LAB_WORKER1_ADDRESS" "$LAB_WORKER2_ADDRESS"; do
  nic=$(ip -4 -o address show to "$own" | awk '{ print $2 }')
  [ -n "$nic" ] || continue
  for address in $(ip -4 -o address show dev "$nic" | awk '{ sub("/.*", "", $4); print $4 }'); do
    [ "$address" != "$own" ] || continue
    echo "answer second $address"
    case " $listed " in
    *" $address "*) echo 'answer known yes' ;;
    *) echo 'answer known no' ;;
    esac
  done
done
