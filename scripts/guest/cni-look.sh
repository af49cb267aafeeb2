#!/bin/bash
# Says what of pod networks is on this node, one finding a line: "kind value".
#   file NAME      configurations that containerd would read, in its order
#   network NAME TYPE…   what the first of them says
#   link NAME, chain NAME, table FAMILY NAME, protocol NUMBER (of rules in `ip rule`), path PATH
# Arguments: the folder of the configurations, then the paths to look for.
set -euo pipefail
folder=$1
shift
export LC_ALL=C

first=''
for file in "$folder"/*; do
  case $file in *.conf | *.conflist | *.json) ;; *) continue ;; esac
  [ -f "$file" ] || continue
  first=${first:-$file}
  echo "file ${file##*/}"
done
if [ -n "$first" ]; then
  jq -r '"network \(.name) \([.plugins // [.] | .[].type] | join(" "))"' "$first" 2>/dev/null || echo 'network ? (no valid JSON)'
fi
ip -o link | awk -F '[:@ ]+' '{ print "link " $2 }'
for flavour in nft legacy; do
  command -v "iptables-$flavour-save" >/dev/null || continue
  "iptables-$flavour-save" | awk '/^:/ { print "chain " substr($1, 2) }'
done
nft list tables
ip -4 rule show | awk '{ for (i = 1; i < NF; i++) if ($i == "proto") print "protocol " $(i + 1) }' | sort -u
for path in "$@"; do
  [ ! -e "$path" ] || echo "path $path"
done
