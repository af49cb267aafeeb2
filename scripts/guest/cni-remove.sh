#!/bin/bash
# Takes the traces of a pod network off this node. Safe to repeat: what is gone already is no error.
# Arguments in pairs, any number of each:
#   chain PREFIX   iptables chains in all tables, with the rules that jump there
#   table TABLE    an nftables table with its family, as in "ip nat"
#   alias PREFIX   devices whose alias begins with this
#   link NAME      a device, the pods' ends that hang on it, and the rules that name it
#   protocol N     what `ip rule` has of this protocol
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

chain=() table=() alias=() link=() protocol=() route=() path=() empty=() tasks=() results=() failed=0
kinds=' chain table alias link protocol route path empty tasks results '
while [ $# -gt 0 ]; do
  [[ $kinds == *" $1 "* ]] || { echo "unknown kind: $1" >&2 && exit 2; }
  declare -n list=$1
  list+=("$2") && unset -n list && shift 2
done

for flavour in nft legacy; do
  command -v "iptables-$flavour-save" >/dev/null || continue
  "iptables-$flavour-save" | awk -v chains="${chain[*]}" -v links="${link[*]}" "$undo" |
    "iptables-$flavour-restore" --noflush || failed=1
done

for one in "${table[@]}"; do
  # The words are family and name. Deleting what is not there is an error, so it is made first.
  printf 'add table %s\ndelete table %s\n' "$one" "$one" | nft -f - || failed=1
done
there() { ip link show dev "$1" >/dev/null 2>&1; }
# The pods' ends: those that hang on a device of ours, and those whose alias says so.
ends() {
  for one in "${alias[@]}"; do ip -o link | grep -F "alias $one" || true; done
  for one in "${link[@]}"; do ! there "$one" || ip -o link show master "$one" type veth; done
}
for end in $(ends | awk -F '[:@ ]+' '{ print $2 }'); do
  ip link delete dev "$end" 2>/dev/null || true # gone with its pod in the meantime
done
for one in "${link[@]}"; do ! there "$one" || ip link delete dev "$one" || ! there "$one" || failed=1; done
for one in "${protocol[@]}"; do ip -4 rule flush protocol "$one" || failed=1; done
# Routes to a node's own networks have the scope link, and went with their device.
for one in "${route[@]}"; do
  [ -z "$(ip -4 route show root "$one" scope global 2>/dev/null)" ] ||
    ip -4 route flush root "$one" scope global || failed=1
done
rm -rf -- "${path[@]}"
rmdir -- "${empty[@]}" 2>/dev/null || true
for one in "${results[@]}"; do
  for file in "$one"/*; do
    id=$(grep -oE '[0-9a-f]{64}' <<<"${file##*/}" || true)
    [ -z "$id" ] || [ -e "${tasks[0]}/$id" ] || rm -f -- "$file"
  done
done
exit "$failed"
