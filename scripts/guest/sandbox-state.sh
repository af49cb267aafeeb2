#!/bin/bash
# What a sandbox consists of, one thing per line: `stable` or `exact`, a name, a value, with tabs between.
# exact has what changes when a thing is made anew under the same name.
set -uo pipefail

line() { printf '%s\t%s\t%s\n' "$1" "$2" "${3-}"; }

# Everything of one network namespace. Arguments: its name in the output, then how to run a command in it.
namespace() {
  local where=$1 kind name value
  shift
  while IFS=$'\t' read -r kind name value; do
    line "$kind" "$where $name" "$value"
  done < <(
    "$@" ip -json -details link | jq -r '.[] |
      (["stable", "link \(.ifname)", "\(.linkinfo.info_kind // "") \(.master // "") \(.mtu) \(.flags | contains(["UP"]))"],
       ["exact", "link \(.ifname) is", "\(.ifindex) \(.address)"]) | @tsv'
    "$@" ip -json address | jq -r '.[] | .ifname as $link | .addr_info[] | select(.scope == "global") |
      ["stable", "address \($link) \(.local)/\(.prefixlen)", ""] | @tsv'
    "$@" ip -json route | jq -r '.[] | ["stable", "route \(.dst) \(.gateway // "") \(.dev // "")", "\(.metric // "")"] | @tsv'
    "$@" ip -json neighbour show nud permanent | jq -r '.[] | ["stable", "neighbour \(.dst) \(.dev)", .lladdr] | @tsv'
    printf 'stable\tforwarding\t%s\n' "$("$@" sysctl -n net.ipv4.ip_forward)"
    "$@" ss -Hlntup | awk '{ sub(/users:\(\("/, "", $7); sub(/".*/, "", $7); print "stable\tlistens " $1 " " $5 " " $7 "\t" }' | sort -u
    printf 'stable\trules\t%s\n' "$("$@" nft --stateless list ruleset | sha256sum)"
  )
}

namespace here env
while read -r name _; do
  line stable "namespace $name"
  namespace "$name" ip netns exec "$name"
done < <(ip netns list)

for file in /etc/hosts /etc/resolv.conf $(find /etc/netns -type f 2>/dev/null | sort); do
  line stable "file $file" "$(sha256sum <"$file")"
done

if systemctl --quiet is-active docker.service; then
  docker ps --all --format '{{.Names}} {{.State}} {{.Image}}' | while read -r name rest; do
    line stable "container $name" "$rest"
  done
  docker ps --all --no-trunc --format '{{.Names}} {{.ID}}' | while read -r name id; do
    line exact "container $name is" "$id $(docker inspect --format '{{.State.StartedAt}} {{.RestartCount}}' "$name")"
  done
  docker network ls --no-trunc --format '{{.Name}} {{.Driver}} {{.ID}}' | while read -r name driver id; do
    line stable "network $name" "$driver"
    line exact "network $name is" "$id"
  done
  docker images --format '{{.Repository}}:{{.Tag}} {{.ID}}' | while read -r name id; do
    line stable "image $name" "$id"
  done
fi
