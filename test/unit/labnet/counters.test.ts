import { expect, it } from 'vitest';
import { ruleCounts } from '../../../scripts/labnet/policy/counters.ts';

const listing = `table inet labnet_policy {
	set isolated {
		type ipv4_addr
	}

	chain egress {
		type filter hook forward priority filter - 5; policy accept;
		ct state new counter packets 9 bytes 9 reject comment "cut, or never opened"
	}

	chain pod-10.244.1.5-ingress {
		ip saddr 10.244.1.5 accept
		ip saddr 10.244.1.4 tcp dport 80 counter packets 2 bytes 120 accept comment "default/web ingress[0]"
		ip saddr 10.244.1.4 tcp dport 443 counter packets 1 bytes 60 accept comment "default/web ingress[0]"
		meta l4proto tcp ct status ! dnat counter packets 3 bytes 180 reject with tcp reset comment "isolated by default/web"
		counter packets 4 bytes 200 reject with icmpx admin-prohibited comment "isolated by default/web"
	}
}
`;

it('says of each rule how often it decided', () => {
  const place = { address: '10.244.1.5', direction: 'ingress' };
  expect(ruleCounts(listing)).toEqual([
    { ...place, rule: 'default/web ingress[0]', verdict: 'allows', packets: 3, bytes: 180 },
    { ...place, rule: 'isolated by default/web', verdict: 'refuses', packets: 7, bytes: 380 },
  ]);
  expect(ruleCounts('')).toEqual([]);
});
