#!/bin/bash
# What the server holds is read from the command line with which it was started; the checks ask it.
set -eu

echo "answer url protocol=$LAB_SCHEME name=$LAB_SUB.$LAB_ZONE subdomain=$LAB_SUB domain=$LAB_ZONE"
echo "answer labels $(tr . '\n' <<<"$LAB_SUB.$LAB_ZONE" | tac | paste -sd ' ')"
echo "answer hostname $(cat /proc/sys/kernel/hostname)"
echo 'answer uses ipv4=A ipv6=AAAA alias=CNAME mail=MX servers=NS beginning=SOA reverse=PTR service=SRV words=TXT'

server=$(ip netns pids "$LAB_SERVER" | head -n 1)
mapfile -d '' -t words <"/proc/$server/cmdline"
for word in "${words[@]}"; do
  IFS=,= read -r option name value more <<<"$word"
  case $option=$name in
  "--host-record=$LAB_ODD.$LAB_ZONE") if [[ $value == *:* ]]; then echo 'answer types AAAA'; else echo 'answer types A'; fi ;;
  "--mx-host=$LAB_ODD.$LAB_ZONE") echo 'answer types MX' ;;
  "--txt-record=$LAB_ODD.$LAB_ZONE") echo 'answer types TXT' ;;
  "--cname=$LAB_ALIAS.$LAB_ZONE") echo "answer canonical $value" ;;
  "--srv-host=_sip._tcp.$LAB_ZONE") echo "answer port ${more%%,*}" ;;
  "--auth-ttl="*) echo "answer ttl $name" ;;
  esac
done
printf '%s\n' "${words[@]}" | sed -n "s/^--mx-host=$LAB_ZONE,//p" | sort -t , -k 2n | sed 's/^\(.*\),.*/answer mail \1/'
echo "answer reverse $LAB_OCTET.2.0.192.in-addr.arpa"
