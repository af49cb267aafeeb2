#!/bin/bash
# What a network namespace has, read in one go: a line of JSON, then the rules of iptables, then the sockets that listen.
# Run it for a pod's namespace by `nsenter --net=…`.
set -uo pipefail

field() {
  local found
  found=$("${@:2}" 2>/dev/null)
  printf '"%s":%s,' "$1" "${found:-[]}"
}
read_one() {
  local value=0
  [ -r "$1" ] && read -r value <"$1"
  echo "$value"
}
sysctls() {
  local path values=''
  for path in net/ipv4/ip_forward net/ipv4/conf/all/rp_filter net/bridge/bridge-nf-call-iptables; do
    values+="\"${path##*/}\":$(read_one "/proc/sys/$path"),"
  done
  echo "{${values%,}}"
}
printf '{'
field links ip -json -details address show
field routes ip -4 -json route show table main
field neighbours ip -4 -json neighbour show nud all
field forwarding bridge -json fdb show
printf '"sysctls":%s}\n' "$(sysctls)"
echo '== iptables'
iptables-save 2>/dev/null
echo '== sockets'
ss -Hlntu
exit 0
