#!/bin/bash
# apply: lets the search for a free address begin anew, so that the first pods get the first addresses of the range. Who
# throws all notes away later will see these addresses given away a second time.
# undo: the configuration as flannel has installed it, whatever a learner has changed in it.
set -eu

workers=("$LAB_WORKER1_ADDRESS" "$LAB_WORKER2_ADDRESS")
[ -n "$(ip -4 -o address show to "${workers[LAB_WHICH - 1]}")" ] || exit 0

conflist=/etc/cni/net.d/10-flannel.conflist

case $1 in
apply)
  if [ -z "$(kubectl get namespace ipam-05 --ignore-not-found -o name)" ]; then
    rm -f "/var/lib/cni/networks/$(jq -r .name "$conflist")/last_reserved_ip.0"
  fi
  ;;
undo)
  installed=$(kubectl -n kube-flannel get configmap kube-flannel-cfg -o jsonpath='{.data.cni-conf\.json}')
  if [ "$(cat "$conflist")" != "$installed" ]; then printf '%s\n' "$installed" >"$conflist"; fi
  ;;
esac
