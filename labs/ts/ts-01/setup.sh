#!/bin/bash
# apply: two pods to try with, and flannel without --iface, as in the course. undo: flannel with it.
set -eu

flannel=/vagrant/manifests/cni/flannel

# New agents from this manifest, and nothing left of what somebody changed in the DaemonSet before. What the old ones
# announced is taken away, so that whatever is announced afterwards comes from the new ones.
install() {
  kubectl -n kube-flannel delete daemonset kube-flannel-ds --ignore-not-found --cascade=foreground --timeout=40s
  kubectl annotate nodes --all flannel.alpha.coreos.com/public-ip- flannel.alpha.coreos.com/public-ip-overwrite-
  # flannel was installed by `lab up`; apply says so once for each object.
  kubectl apply -f "$flannel/$1" 2> >(grep -v last-applied-configuration >&2)
  kubectl -n kube-flannel rollout status daemonset kube-flannel-ds --timeout=60s
}

announced() {
  kubectl get nodes -o jsonpath='{range .items[*]}{.metadata.annotations.flannel\.alpha\.coreos\.com/public-ip}{"\n"}{end}'
}

# An agent is Ready before it has chosen an address. Waits until each has, and $1 of these are different.
wait_announced() {
  local nodes lines=''
  nodes=$(kubectl get nodes -o name | grep -c .)
  for _ in $(seq 60); do
    lines=$(announced | grep . || true)
    if [ "$(grep -c . <<<"$lines")" -eq "$nodes" ] && [ "$(sort -u <<<"$lines" | grep -c .)" -eq "$1" ]; then return; fi
    sleep 0.5
  done
  echo "wanted $1 different addresses on $nodes nodes, announced are: $lines" >&2
  exit 1
}

case $1 in
apply)
  if ! grep -q '"Type": "vxlan"' "$flannel/flannel.yml"; then
    echo 'this exercise is about flannel with the backend vxlan; lab.yaml has another one' >&2
    exit 1
  fi
  kubectl apply -f - <<'YAML'
apiVersion: v1
kind: Namespace
metadata: { name: ts-01 }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: net-probe, namespace: ts-01, labels: { app: net-probe } }
spec:
  selector: { matchLabels: { app: net-probe } }
  template:
    metadata: { labels: { app: net-probe } }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: net-probe
          image: wbitt/network-multitool:latest
          imagePullPolicy: IfNotPresent
YAML
  kubectl -n ts-01 rollout status daemonset net-probe --timeout=40s
  install flannel.yml
  wait_announced 1
  facts=$(
    kubectl -n kube-flannel logs -l app=flannel -c kube-flannel --tail=-1 |
      sed -n 's/.*Using interface with name \(\S*\) and address \(\S*\)$/fact chosen_interface \1\nfact chosen_address \2/p' |
      sort -u
  )
  if [ "$(grep -c . <<<"$facts")" -ne 2 ]; then
    echo "the logs of the agents do not agree on what they chose: $facts" >&2
    exit 1
  fi
  echo "$facts"
  ;;
undo)
  delete_namespace ts-01
  install flannel_fix.yml
  wait_announced "$(kubectl get nodes -o name | grep -c .)"
  ;;
esac
