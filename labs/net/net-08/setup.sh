#!/bin/bash
# apply: a DNS server that is responsible for one zone, and a machine that asks it.
set -eu

remove() {
  for name in "$LAB_DESK" "$LAB_SERVER"; do
    rm -rf "/etc/netns/$name"
    [ -e "/run/netns/$name" ] || continue
    ip netns pids "$name" | xargs -r kill -KILL || true
    # A namespace dies in its own time; a cable that is pulled is gone at once, with both ends.
    for link in $(ip -j -n "$name" link show type veth | jq -r '.[].ifname // empty'); do
      ip -n "$name" link delete dev "$link" 2>/dev/null || true
    done
    ip netns delete "$name"
  done
}

# The same each time, so that a second set-up makes the same cable.
mac() { md5sum <<<"$LAB_ORG $1" | sed -E 's/(..)(..)(..)(..)(..).*/02:\1:\2:\3:\4:\5/'; }

machine() { # NAME ADDRESS; its end of the cable is there already
  ip netns exec "$1" sysctl -qew net.ipv4.ip_forward=0 net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
  ip -n "$1" link set dev lo up
  ip -n "$1" address add "$2/24" dev eth0
  ip -n "$1" link set dev eth0 up
}

case $1 in
apply)
  remove
  ip netns add "$LAB_DESK"
  ip netns add "$LAB_SERVER"
  ip link add name eth0 address "$(mac desk)" netns "$LAB_DESK" type veth \
    peer name eth0 address "$(mac server)" netns "$LAB_SERVER"
  machine "$LAB_DESK" 192.168.1.11
  machine "$LAB_SERVER" 192.168.1.53
  mkdir -p "/etc/netns/$LAB_DESK"
  echo 'nameserver 192.168.1.53' >"/etc/netns/$LAB_DESK/resolv.conf"

  zone=$LAB_ZONE
  odd=()
  case " $LAB_MIX " in *' A '*) odd+=("--host-record=$LAB_ODD.$zone,192.0.2.200") ;; esac
  case " $LAB_MIX " in *' AAAA '*) odd+=("--host-record=$LAB_ODD.$zone,2001:db8::200") ;; esac
  case " $LAB_MIX " in *' MX '*) odd+=("--mx-host=$LAB_ODD.$zone,$LAB_MAIL2.$zone,10") ;; esac
  case " $LAB_MIX " in *' TXT '*) odd+=("--txt-record=$LAB_ODD.$zone,only for storage") ;; esac
  ip netns exec "$LAB_SERVER" dnsmasq --no-hosts --no-resolv --user=root --pid-file \
    --auth-server="ns.$zone,eth0" --auth-zone="$zone,192.0.2.0/24,192.168.1.0/24,2001:db8::/32" --auth-ttl="$LAB_TTL" \
    --host-record="ns.$zone,192.168.1.53" --host-record="$LAB_SUB.$zone,$LAB_ADDRESS" --cname="$LAB_ALIAS.$zone,$LAB_SUB.$zone" \
    --host-record="$LAB_MAIL1.$zone,192.0.2.211" --host-record="$LAB_MAIL2.$zone,192.0.2.212" --host-record="$LAB_MAIL3.$zone,192.0.2.213" \
    --mx-host="$zone,$LAB_MAIL2.$zone,$LAB_PREF2" --mx-host="$zone,$LAB_MAIL1.$zone,$LAB_PREF1" --mx-host="$zone,$LAB_MAIL3.$zone,$LAB_PREF3" \
    --srv-host="_sip._tcp.$zone,$LAB_SUB.$zone,$LAB_SIP,0,5" --txt-record="$zone,v=spf1 mx -all" "${odd[@]}"
  ip netns exec "$LAB_DESK" dig +short +time=1 +tries=3 "$LAB_SUB.$zone" | grep -qxF "$LAB_ADDRESS"
  ;;
undo) remove ;;
esac
