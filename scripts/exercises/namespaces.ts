import { podNetnsFunctions } from '../cluster/pod-netns.ts';

/** Shell functions that run a command in another network namespace; 125 with a reason where it is not there. */
export const namespaceFunctions = String.raw`
${podNetnsFunctions}
# in_container NAME net|names COMMAND…
in_container() {
  local pid
  pid=$(docker inspect --type container --format '{{.State.Pid}}' "$1" 2>/dev/null) || pid=0
  [ "$pid" -gt 0 ] || { echo "no container $1 runs here" >&2; return 125; }
  in_process "$pid" "${'$'}{@:2}"
}

# in_netns NAME COMMAND…: with the hosts and resolv.conf of /etc/netns/NAME, where there are any
in_netns() {
  [ -e "/run/netns/$1" ] || { echo "there is no network namespace $1" >&2; return 125; }
  ip netns exec "$@"
}
`;
