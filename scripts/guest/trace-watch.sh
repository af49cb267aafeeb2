#!/bin/bash
# Records one connection on a node: trace-watch.sh TABLE SECONDS RULES FILTER CONTROL-ADDRESS
#
# Prints "recording PID" when both programs have been seen to work; a TERM to PID ends it, and SECONDS do in any case.
# Then come what `nft monitor trace` and tcpdump said, each behind a line with its name. Nothing stays.
set -uo pipefail
table=$1 seconds=$2 rules=$3 filter=$4 control=$5

dir=$(mktemp -d -t lab-trace.XXXXXX) || exit 70
children=()

# The node sends itself a packet, to PORT of the control address, until both programs have shown it. They tell in
# order, so all that was before it has been told, too.
seen() {
  local port=$1 tries
  for ((tries = 0; tries < 200; tries++)); do
    kill -0 "${children[@]}" 2>/dev/null || return 1
    echo >"/dev/udp/$control/$port"
    sleep 0.03
    grep -q "ip daddr $control .*udp dport $port " "$dir/nft" &&
      grep -q "> $control\.$port:" "$dir/tcpdump" && return 0
  done
  return 1
}
# finish CODE WHY: takes all away and tells what was recorded; WHY only when it is not to be believed.
finish() {
  local code=$1 why=$2
  trap '' TERM INT HUP
  [ "$code" -ne 0 ] || seen 10 || { code=1 why='the recording ended before all was told'; }
  kill "${children[@]}" 2>/dev/null
  wait "${children[@]}" 2>/dev/null
  nft delete table inet "$table" 2>/dev/null
  [ "$code" -eq 0 ] || { echo "$why" && cat "$dir"/*.err; } >&2
  # Nobody may be there any more to read this, which ends the script: what is to go, goes before.
  exec 3<"$dir/nft" 4<"$dir/tcpdump"
  rm -rf "$dir"
  echo '== nft'
  cat <&3
  echo '== tcpdump'
  cat <&4
  exit "$code"
}

# What a trace that was killed has left: it is older than any trace takes. The table's name ends in its birthday.
find "${dir%/*}" -maxdepth 1 -name 'lab-trace.??????' -mmin +1 -exec rm -rf {} +
now=$(date +%s)
for old in $(nft list tables inet | sed -n 's/^table inet \(lab_trace_[0-9]*_\([0-9]*\)\)$/\2:\1/p'); do
  [ "${old%%:*}" -lt $((now - 60)) ] && nft delete table inet "${old#*:}"
done

touch "$dir/nft" "$dir/tcpdump"
nft -f - <<<"$rules" 2>"$dir/rules.err" || finish 1 'the rules that mark the packet were refused'
trap 'finish 0 -' TERM INT HUP
timeout "$seconds" stdbuf -oL nft monitor trace >"$dir/nft" 2>"$dir/nft.err" &
children+=($!)
# Headers are enough; with room for whole packets the kernel keeps only eight until they are fetched.
timeout "$seconds" tcpdump --immediate-mode -s 256 -l -nn -tt -i any "$filter" >"$dir/tcpdump" 2>"$dir/tcpdump.err" &
children+=($!)
seen 9 || finish 1 'the recording shows nothing, not even the packet that was to prove it'
echo "recording $$"
wait "${children[@]}"
finish 1 'nobody ended the recording in time'
