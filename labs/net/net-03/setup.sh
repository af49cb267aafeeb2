#!/bin/bash
# apply: two networks with a host each, and a third machine without a cable.
set -eu

remove() {
  delete_netns "$LAB_LEFT" "$LAB_RIGHT" "$LAB_ROUTER"
  delete_loose_veths # of the learner: never plugged in, or from switch to switch
  delete_links "$LAB_LEFT_SWITCH" "$LAB_RIGHT_SWITCH"
}

case $1 in
apply)
  remove
  add_bridge "$LAB_LEFT_SWITCH"
  add_bridge "$LAB_RIGHT_SWITCH"
  add_netns "$LAB_LEFT"
  add_netns "$LAB_RIGHT"
  add_netns "$LAB_ROUTER"
  plug "$LAB_LEFT" "$LAB_LEFT_SWITCH" 192.168.1.11/24
  plug "$LAB_RIGHT" "$LAB_RIGHT_SWITCH" 192.168.2.10/24
  ;;
undo) remove ;;
esac
