#!/bin/bash
# apply: three hosts on one switch, one of them with an address of another network.
set -eu

remove() {
  delete_netns "$LAB_NEAR" "$LAB_MATE" "$LAB_FAR"
  delete_links "$LAB_SWITCH"
}

host() { # NAME ADDRESS
  add_netns "$1"
  plug "$1" "$LAB_SWITCH" "$2/24"
}

# What the kernel says to something that must not work.
complaint() {
  if said=$("$@" 2>&1); then
    echo "$*: works, but should not" >&2
    exit 1
  fi
  sed -E 's/^(RTNETLINK answers|Error): //; s/\.$//; q' <<<"$said"
}

case $1 in
apply)
  remove
  add_bridge "$LAB_SWITCH"
  host "$LAB_NEAR" "$LAB_OWN"
  host "$LAB_MATE" 192.168.1.10
  host "$LAB_FAR" 192.168.2.10
  echo "fact before $(complaint ip -n "$LAB_NEAR" route get 192.168.2.10)"
  echo "fact refused $(complaint ip -n "$LAB_NEAR" route add 192.168.2.0/24 via 192.168.2.1)"
  ;;
undo) remove ;;
esac
