#!/bin/bash
# Takes the traces of a pod network off this node. Safe to repeat: what is gone already is no error.
# Arguments in pairs, any number of each:
#   chain PREFIX   iptables chains in all tables, with the rules that jump there
#   table TABLE    an nftables table with its family, as in "ip nat"
#   link NAME      a device, the pods' ends that hang on it, and the rules that name it
#   route CIDR     routes to anything within, through other nodes too
#   path PATH      a file, or a folder with all that is in it
#   empty DIR      a folder, if nothing is left in it
#   tasks DIR      where containerd keeps what runs; one folder per pod and container
#   results DIR    the CNI results cache: what it keeps of pods that run no longer
set -euo pipefail

# Turns a dump of the tables into what undoes our part of it, one transaction per table: first the rules
# elsewhere that jump to our chains or name our devices, then the chains' content, then the chains.
# shellcheck disable=SC2016 # awk's own $
undo='
  BEGIN { n = split(chains, prefix, " "); m = split(links, device, " ") }
  function our_chain(name,  i) { for (i = 1; i <= n; i++) if (index(name, prefix[i]) == 1) return 1 }
  function our_link(name,  i) { for (i = 1; i <= m; i++) if (name == device[i]) return 1 }
  function our_rule(  i) {
    for (i = 3; i < NF; i++) {
      if ($i ~ /^-[jg]$/ && our_chain($(i + 1)) || $i ~ /^-[io]$/ && our_link($(i + 1))) return 1
    }
  }
  /^\*/ { table = $0; rules = flush = drop = "" }
  /^:/ { chain = substr($1, 2) }
  /^:/ && our_chain(chain) { flush = flush "-F " chain "\n"; drop = drop "-X " chain "\n" }
  /^-A/ && !our_chain($2) && our_rule() { rules = rules "-D" substr($0, 3) "\n" }
  /^COMMIT/ && rules flush != "" { printf "%s\n%s%s%sCOMMIT\n", table, rules, flush, drop }
'

chains='' tables=() links=() routes=() paths=() folders=() caches=() tasks='' failed=0
while [ $# -gt 0 ]; do
  case $1 in
    chain) chains+=" $2" ;;
    table) tables+=("$2") ;;
    link) links+=("$2") ;;
    route) routes+=("$2") ;;
    path) paths+=("$2") ;;
    empty) folders+=("$2") ;;
    tasks) tasks=$2 ;;
    results) caches+=("$2") ;;
    *) echo "unknown kind: $1" >&2 && exit 2 ;;
  esac
  shift 2
done

for flavour in nft legacy; do
  command -v "iptables-$flavour-save" >/dev/null || continue
  "iptables-$flavour-save" | awk -v chains="$chains" -v links="${links[*]}" "$undo" |
    "iptables-$flavour-restore" --noflush || failed=1
done

for table in "${tables[@]}"; do
  # The words are family and name. Deleting what is not there is an error, so it is made first.
  printf 'add table %s\ndelete table %s\n' "$table" "$table" | nft -f - || failed=1
done

there() { ip link show dev "$1" >/dev/null 2>&1; }
for link in "${links[@]}"; do
  there "$link" || continue
  for end in $(ip -o link show master "$link" type veth | awk -F '[:@ ]+' '{ print $2 }'); do
    ip link delete dev "$end" 2>/dev/null || true # gone with its pod in the meantime
  done
  ip link delete dev "$link" || ! there "$link" || failed=1
done

# Routes to a node's own networks have the scope link, and went with their device.
for route in "${routes[@]}"; do
  [ -z "$(ip -4 route show root "$route" scope global 2>/dev/null)" ] && continue
  ip -4 route flush root "$route" scope global || failed=1
done

for path in "${paths[@]}"; do rm -rf -- "$path"; done
for folder in "${folders[@]}"; do rmdir -- "$folder" 2>/dev/null || true; done
for cache in "${caches[@]}"; do
  for file in "$cache"/*; do
    id=$(grep -oE '[0-9a-f]{64}' <<<"${file##*/}" || true)
    [ -z "$id" ] || [ -e "$tasks/$id" ] || rm -f -- "$file"
  done
done
exit "$failed"
