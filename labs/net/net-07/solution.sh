#!/bin/bash
# The server's names come from a hosts file of its own, which dnsmasq reads; the clients' files say the rest.
set -eu

mkdir -p "/etc/netns/$LAB_ONE" "/etc/netns/$LAB_TWO" "/etc/netns/$LAB_SERVER"
cat >"/etc/netns/$LAB_SERVER/hosts" <<HOSTS
$LAB_WEB web.$LAB_ZONE
$LAB_MAIL mail.$LAB_ZONE
$LAB_DB db.$LAB_ZONE
HOSTS
ip netns exec "$LAB_SERVER" dnsmasq --no-resolv --local="/$LAB_ZONE/" --cname="www.$LAB_ZONE,web.$LAB_ZONE" \
  --user=root --pid-file

for client in "$LAB_ONE" "$LAB_TWO"; do
  echo 'nameserver 192.168.1.53' >"/etc/netns/$client/resolv.conf"
done
echo "$LAB_COPY db.$LAB_ZONE db" >"/etc/netns/$LAB_ONE/hosts"

# The file that the C library reads before it looks for any name.
echo "answer order $(grep -lE '^hosts:.*files.*dns' /etc/*.conf)"
