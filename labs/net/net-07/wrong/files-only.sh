#!/bin/bash
# All names go into the hosts files of both clients: programs find them, and there is no DNS server.
set -eu

for client in "$LAB_ONE" "$LAB_TWO"; do
  mkdir -p "/etc/netns/$client"
  cat >"/etc/netns/$client/hosts" <<HOSTS
$LAB_WEB web.$LAB_ZONE www.$LAB_ZONE
$LAB_MAIL mail.$LAB_ZONE
HOSTS
done
echo "$LAB_COPY db db.$LAB_ZONE" >>"/etc/netns/$LAB_ONE/hosts"
echo "$LAB_DB db db.$LAB_ZONE" >>"/etc/netns/$LAB_TWO/hosts"
echo 'answer order /etc/resolv.conf'
