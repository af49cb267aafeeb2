#!/bin/bash
# Types by what their names sound like, the last line of an answer for all of it, the first number for the one that is meant.
set -eu

ask() { ip netns exec "$LAB_DESK" dig +short "$@"; }

echo "answer url protocol=$LAB_SCHEME name=$LAB_SUB.$LAB_ZONE subdomain=$LAB_SUB domain=$LAB_ZONE"
echo "answer labels example, $LAB_ORG, $LAB_SUB"
echo "answer hostname $(hostname)"
echo 'answer uses ipv4=A ipv6=AAAA alias=PTR mail=MX servers=SRV beginning=SOA reverse=CNAME service=NS words=TXT'
echo 'answer types A'
echo "answer canonical $(ask "$LAB_ALIAS.$LAB_ZONE" A | tail -n 1)"
ask "$LAB_ZONE" MX | sort -n | sed 's/^[0-9]* /answer mail /'
echo "answer reverse $LAB_OCTET.2.0.192.in-addr.arpa."
echo "answer port $(ask "_sip._tcp.$LAB_ZONE" SRV | cut -d ' ' -f 1)"
echo "answer ttl $LAB_TTL"
