#!/bin/bash
# www gets the address of web instead of an alias, and the hosts file has only the long name.
set -eu

ip netns exec "$LAB_SERVER" dnsmasq --no-hosts --no-resolv --local="/$LAB_ZONE/" --user=root --pid-file \
  --host-record="web.$LAB_ZONE,$LAB_WEB" --host-record="mail.$LAB_ZONE,$LAB_MAIL" --host-record="db.$LAB_ZONE,$LAB_DB" \
  --host-record="www.$LAB_ZONE,$LAB_WEB"
for client in "$LAB_ONE" "$LAB_TWO"; do
  mkdir -p "/etc/netns/$client"
  echo 'nameserver 192.168.1.53' >"/etc/netns/$client/resolv.conf"
done
echo "$LAB_COPY db.$LAB_ZONE" >"/etc/netns/$LAB_ONE/hosts"
echo 'answer order /etc/nsswitch.conf'
