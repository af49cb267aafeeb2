#!/bin/bash
# The exception goes into the hosts file of the sandbox, which every namespace without a file of its own reads.
set -eu

ip netns exec "$LAB_SERVER" dnsmasq --no-hosts --no-resolv --local="/$LAB_ZONE/" --user=root --pid-file \
  --host-record="web.$LAB_ZONE,$LAB_WEB" --host-record="mail.$LAB_ZONE,$LAB_MAIL" --host-record="db.$LAB_ZONE,$LAB_DB" \
  --cname="www.$LAB_ZONE,web.$LAB_ZONE"
for client in "$LAB_ONE" "$LAB_TWO"; do
  mkdir -p "/etc/netns/$client"
  echo 'nameserver 192.168.1.53' >"/etc/netns/$client/resolv.conf"
done
echo "$LAB_COPY db db.$LAB_ZONE" >>/etc/hosts
echo 'answer order /etc/nsswitch.conf'
