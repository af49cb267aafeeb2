#!/bin/bash
# apply: a DNS server that is responsible for one zone, and a machine that asks it.
set -eu

remove() { delete_netns "$LAB_DESK" "$LAB_SERVER"; }

host() { # NAME ADDRESS; its end of the cable is there already
  ip -n "$1" address add "$2/24" dev eth0
  ip -n "$1" link set dev eth0 up
}

case $1 in
apply)
  remove
  add_netns "$LAB_DESK"
  add_netns "$LAB_SERVER"
  ip link add name eth0 address "$(mac_of "$LAB_ORG" desk)" netns "$LAB_DESK" type veth \
    peer name eth0 address "$(mac_of "$LAB_ORG" server)" netns "$LAB_SERVER"
  host "$LAB_DESK" 192.168.1.11
  host "$LAB_SERVER" 192.168.1.53
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
