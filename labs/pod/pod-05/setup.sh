#!/bin/bash
# apply: a partner outside, pods to call it from, and three busy pods of which one calls it without end. Nothing in their
# specs tells which: what they do is started by hand, as somebody would who does not want to be found.
set -eu

nic=$(ip -4 -o address show to "$LAB_CONTROL_PLANE_ADDRESS" | awk '{ print $2 }')

# Reads the request to its empty line; socat knows who calls.
# shellcheck disable=SC2016 # for the shell that socat starts
answer='while read -r line && [ "${#line}" -gt 1 ]; do :; done; printf "HTTP/1.0 200 OK\r\n\r\nclient: %s\n" "$SOCAT_PEERADDR"'

# The highest address of the lab network that nobody has.
free_address() {
  local broadcast last
  broadcast=$(ip -j -4 address show dev "$nic" | jq -r '.[0].addr_info[0].broadcast')
  for last in $(seq $((${broadcast##*.} - 1)) -1 $((${broadcast##*.} - 9))); do
    if ! ping -n -q -c 1 -W 0.3 "${broadcast%.*}.$last" >/dev/null; then
      echo "${broadcast%.*}.$last"
      return
    fi
  done
  return 1
}

# The partner is a machine of its own as far as the network is concerned: a namespace behind the control plane, which answers ARP for it. It
# knows no way to pods.
partner_up() {
  local address
  delete_netns partner
  address=$(free_address)
  ip netns add partner
  ip link add partner0 type veth peer name eth0 netns partner
  ip address add 169.254.77.1/32 dev partner0
  ip link set partner0 up
  ip route add "$address" dev partner0
  ip neighbour add proxy "$address" dev "$nic"
  ip -n partner link set lo up
  ip -n partner address add "$address/32" dev eth0
  ip -n partner link set eth0 up
  ip -n partner route add default via 169.254.77.1 dev eth0 onlink
  ip -n partner route add unreachable "$LAB_POD_SUBNET"
  # A unit of systemd outlives this script.
  # shellcheck disable=SC2016 # for the shell that socat starts
  systemd-run --quiet --collect --unit=lab-partner --setenv=ANSWER="$answer" \
    ip netns exec partner socat "TCP-LISTEN:$LAB_PORT,fork,reuseaddr" 'SYSTEM:eval "$ANSWER"'
}

# One pod: name, app, node.
pod() {
  cat <<YAML
---
apiVersion: v1
kind: Pod
metadata: { name: $1, namespace: pod-05, labels: { app: $2 } }
spec:
  nodeName: $3
  terminationGracePeriodSeconds: 0
  containers:
    - { name: tools, image: 'wbitt/network-multitool:latest', imagePullPolicy: IfNotPresent }
YAML
}

pods_up() {
  local workers=("$LAB_WORKER1" "$LAB_WORKER2")
  {
    cat <<YAML
apiVersion: v1
kind: Namespace
metadata: { name: pod-05 }
---
apiVersion: v1
kind: Service
metadata: { name: partner, namespace: pod-05 }
spec: { clusterIP: None, ports: [{ port: $LAB_PORT }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: partner, namespace: pod-05, labels: { kubernetes.io/service-name: partner } }
addressType: IPv4
ports: [{ name: '', port: $LAB_PORT, protocol: TCP }]
endpoints: [{ addresses: ['$1'] }]
YAML
    pod caller-1 caller "$LAB_WORKER1"
    pod caller-2 caller "$LAB_WORKER2"
    for number in 1 2 3; do pod "$LAB_CROWD-$number" "$LAB_CROWD" "${workers[LAB_WHICH - 1]}"; done
  } | kubectl apply --server-side -f -
  kubectl -n pod-05 wait --for=condition=Ready pods --all --timeout=25s
}

# Gives the busy pods something to do. The others stay inside the lab: a port of kube-proxy, on either worker.
errands() {
  local inside=("$LAB_WORKER1_ADDRESS" "$LAB_WORKER2_ADDRESS") pids=() number url pid
  for number in 1 2 3; do
    url="http://${inside[number % 2]}:10256/healthz"
    if [ "$number" = "$LAB_CULPRIT" ]; then url="http://$1:$LAB_PORT/"; fi
    # shellcheck disable=SC2016 # for the shell in the pod
    kubectl -n pod-05 exec "$LAB_CROWD-$number" -- bash -c '
      [ ! -e /tmp/busy ] || exit 0
      touch /tmp/busy
      setsid bash -c "while sleep 0.4; do curl -s --max-time 1 \$0 >/dev/null; done" "$1" </dev/null >/dev/null 2>&1 &
    ' errands "$url" &
    pids+=("$!")
  done
  for pid in "${pids[@]}"; do wait "$pid"; done
}

# The partner sees the first of the endless calls, by the address of the culprit's node.
flooded() {
  local addresses=("$LAB_WORKER1_ADDRESS" "$LAB_WORKER2_ADDRESS")
  for _ in $(seq 50); do
    ip netns exec partner ss -Htan "sport = :$LAB_PORT" | grep -qF " ${addresses[LAB_WHICH - 1]}:" && return
    sleep 0.1
  done
  echo "the fault does not show: nobody calls the partner" >&2
  return 1
}

case $1 in
apply)
  systemctl is-active --quiet lab-partner || partner_up
  partner=$(ip -n partner -j -4 address show dev eth0 | jq -r '.[0].addr_info[0].local')
  pods_up "$partner"
  errands "$partner"
  if ! curl -s --max-time 3 --retry 5 --retry-connrefused --retry-delay 1 "http://$partner:$LAB_PORT/" | grep -q ^client:; then
    echo "the partner does not answer on $partner:$LAB_PORT" >&2
    exit 1
  fi
  flooded
  echo "fact culprit $LAB_CROWD-$LAB_CULPRIT"
  ;;
undo)
  # Pods first: a namespace that has to end them itself takes its time.
  kubectl -n pod-05 delete pods --all --timeout=40s
  delete_namespace pod-05
  systemctl stop lab-partner 2>/dev/null || true
  ip neighbour show proxy dev "$nic" | awk '{ print $1 }' | while read -r address; do
    if [ "$(ip -j route get "$address" | jq -r '.[0].dev')" = partner0 ]; then ip neighbour del proxy "$address" dev "$nic"; fi
  done
  delete_netns partner
  ;;
esac
