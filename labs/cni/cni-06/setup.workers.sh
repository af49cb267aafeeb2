#!/bin/bash
# apply: one worker is told to use another network, by a file that stands before the lab's own. The other gets what only looks
# like it: a file with an ending that no runtime reads, and a program that nothing names.
set -eu

addresses=("$LAB_WORKER1_ADDRESS" "$LAB_WORKER2_ADDRESS")
folder=/etc/cni/net.d
odd=$folder/0$LAB_NUMBER-$LAB_NAME.conflist
old=$folder/00-$LAB_DECOY.conflist.old
decoy=/opt/cni/bin/$LAB_DECOY

bridge=''
if [ "$LAB_PLUGIN" = bridge ]; then bridge="\"bridge\": \"${LAB_NAME}0\", \"isGateway\": true,"; fi
network="{
  \"cniVersion\": \"1.0.0\",
  \"name\": \"$LAB_NAME\",
  \"plugins\": [
    {
      \"type\": \"$LAB_PLUGIN\", $bridge
      \"ipam\": { \"type\": \"host-local\", \"subnet\": \"$LAB_RANGE\", \"routes\": [{ \"dst\": \"0.0.0.0/0\" }] }
    }
  ]
}"

# In one step: the runtime reads the directory whenever something in it changes.
write() {
  printf '%s\n' "$network" >"$1.new"
  mv "$1.new" "$1"
}

if [ -n "$(ip -4 -o address show to "${addresses[LAB_WHICH - 1]}")" ]; then
  case $1 in
  apply)
    write "$odd"
    ;;
  undo)
    rm -f "$odd"
    delete_links "${LAB_NAME}0"
    # Its own memory, in case that a pod went later than the file.
    rm -rf "/var/lib/cni/networks/$LAB_NAME" "/var/lib/cni/results/$LAB_NAME-"*
    ;;
  esac
else
  case $1 in
  apply)
    write "$old"
    install -m 755 /bin/true "$decoy"
    ;;
  undo)
    rm -f "$old" "$decoy"
    ;;
  esac
fi
