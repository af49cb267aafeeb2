#!/bin/bash
# Functions that every script of an exercise has. What delete_… is to take away need not be there.

# delete_namespace NAME…: deletes namespaces of the cluster with all that is in them, and returns when they are gone.
# It does what the namespace controller does, at once: that one lets five seconds pass first, in which other API servers
# may hear that the namespace ends (namespaceDeletionGracePeriod in Kubernetes' pkg/controller/namespace). A lab has one
# API server, which takes nothing new for a namespace that is Terminating.
delete_namespace() {
  local name kinds
  kubectl delete namespace "$@" --ignore-not-found --wait=false || return
  kinds=$(kubectl api-resources --namespaced --verbs=list,delete --output=name | paste -sd ,) || return
  for name; do
    kubectl get namespace "$name" --output=name >/dev/null 2>&1 || continue
    kubectl --namespace "$name" delete "$kinds" --all --ignore-not-found --timeout=60s || return
    kubectl replace --raw "/api/v1/namespaces/$name/finalize" --filename=- >/dev/null 2>&1 <<JSON || :
{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"$name"},"spec":{"finalizers":[]}}
JSON
  done
  kubectl wait --for=delete --timeout=60s "${@/#/namespace/}"
}

# delete_netns NAME…: deletes network namespaces with their processes, their veth pairs and their files in /etc/netns.
delete_netns() {
  local name link
  for name; do
    rm -rf "/etc/netns/$name"
    [ -e "/run/netns/$name" ] || continue
    ip netns pids "$name" | xargs -r kill -KILL || true
    # A namespace dies in its own time; a veth pair that is deleted is gone at once.
    for link in $(ip -j -n "$name" link show type veth | jq -r '.[].ifname // empty'); do
      ip -n "$name" link delete dev "$link" 2>/dev/null || true
    done
    ip netns delete "$name" || return
  done
}

# delete_links NAME…: deletes links of the node. One may just be going by itself, with a namespace that had its other end.
delete_links() {
  local name said
  for name; do
    if ! said=$(ip link delete dev "$name" 2>&1) && ip link show dev "$name" >/dev/null 2>&1; then
      echo "$name stays: $said" >&2
      return 1
    fi
  done
}

# delete_loose_veths: deletes the veth pairs that have both ends in the node's own namespace.
delete_loose_veths() {
  # shellcheck disable=SC2046 # names of links have no spaces
  delete_links $(ip -j link show type veth | jq -r '.[] | select(.ifname and .link_netnsid == null).ifname')
}

# mac_of WORD…: prints a MAC address that is the same for the same words and the same $LAB_SUFFIX, so that a second set-up makes
# the same cables.
mac_of() { md5sum <<<"${LAB_SUFFIX-} $*" | sed -E 's/(..)(..)(..)(..)(..).*/02:\1:\2:\3:\4:\5/'; }

# without_ipv6 LINK: IPv6's own talk would stand between the lines of tcpdump.
without_ipv6() { sysctl -qew "net.ipv6.conf.$1.disable_ipv6=1"; }

# add_netns NAME [SYSCTL=VALUE…]: makes a network namespace with the kernel's defaults instead of the node's settings, and no IPv6.
add_netns() {
  local name=$1
  shift
  ip netns add "$name" || return
  ip netns exec "$name" sysctl -qew net.ipv4.ip_forward=0 net.ipv4.conf.{all,default}.rp_filter=0 net.ipv4.conf.{all,default}.arp_ignore=0 \
    net.ipv6.conf.{all,default}.disable_ipv6=1 "$@" || return
  ip -n "$name" link set dev lo up # messages to oneself go by lo
}

# add_bridge NAME: makes a switch.
add_bridge() {
  ip link add name "$1" address "$(mac_of "$1")" type bridge || return
  without_ipv6 "$1" || return
  ip link set dev "$1" up
}

# plug NETNS BRIDGE ADDRESS/LENGTH [INTERFACE [PORT]]: connects a namespace with a switch; PORT is the switch's end. Without them:
# eth0, and NETNS.
plug() {
  local netns=$1 bridge=$2 address=$3 interface=${4-eth0} port=${5-$1}
  ip link add name "$port" address "$(mac_of "port $port")" type veth \
    peer name "$interface" address "$(mac_of "$netns $interface")" netns "$netns" || return
  without_ipv6 "$port" || return
  ip link set dev "$port" master "$bridge" up || return
  ip -n "$netns" address add "$address" dev "$interface" || return
  ip -n "$netns" link set dev "$interface" up
}
