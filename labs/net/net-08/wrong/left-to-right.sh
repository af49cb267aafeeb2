#!/bin/bash
# Names are read like a sentence, and numbers like marks at school: from left to right, the biggest first.
set -eu

ask() { ip netns exec "$LAB_DESK" dig +short "$@"; }

echo "answer url protocol=$LAB_SCHEME:// name=$LAB_SUB.$LAB_ZONE subdomain=$LAB_SUB.$LAB_ORG domain=example"
echo "answer labels $LAB_SUB, $LAB_ORG, example"
echo "answer hostname $LAB_SUB.$LAB_ZONE"
echo 'answer uses ipv4=A ipv6=AAAA alias=CNAME mail=MX servers=NS beginning=SOA reverse=PTR service=SRV words=TXT'
echo "answer types $LAB_MIX"
echo "answer canonical $(ask "$LAB_ALIAS.$LAB_ZONE" CNAME)"
ask "$LAB_ZONE" MX | sort -rn | sed 's/^[0-9]* /answer mail /'
echo "answer reverse $LAB_ADDRESS.in-addr.arpa"
echo "answer port $LAB_SIP"
echo "answer ttl $LAB_TTL"
