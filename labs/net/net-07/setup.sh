#!/bin/bash
# apply: two clients and a machine for the DNS server, on one switch. The learner makes the rest.
set -eu

remove() {
  delete_netns "$LAB_ONE" "$LAB_TWO" "$LAB_SERVER"
  delete_links "$LAB_SWITCH"
  # A server that the learner has started beside its namespace.
  for pid in $(pgrep -x dnsmasq); do
    [ -n "$(ip netns identify "$pid")" ] || kill "$pid" 2>/dev/null || true
  done
  # Lines that came into the wrong hosts file. It is mounted here, so it can be written to, not replaced.
  if grep -qF "$LAB_ZONE" /etc/hosts; then
    left=$(grep -vF "$LAB_ZONE" /etc/hosts) || true
    printf '%s\n' "$left" >/etc/hosts
  fi
}

host() { # NAME ADDRESS
  add_netns "$1"
  plug "$1" "$LAB_SWITCH" "$2/24"
}

case $1 in
apply)
  remove
  add_bridge "$LAB_SWITCH"
  host "$LAB_ONE" 192.168.1.11
  host "$LAB_TWO" 192.168.1.12
  host "$LAB_SERVER" 192.168.1.53
  ;;
undo) remove ;;
esac
