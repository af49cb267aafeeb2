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
		jump policy-default/web-ingress
		meta l4proto tcp ct status ! dnat counter packets 3 bytes 180 reject with tcp reset comment "isolated by default/web"
		counter packets 4 bytes 200 reject with icmpx admin-prohibited comment "isolated by default/web"
	}

	chain policy-default/web-ingress {
		ip saddr 10.244.1.4 tcp dport 80 counter packets 2 bytes 120 accept comment "default/web ingress[0]"
		ip saddr 10.244.1.4 tcp dport 443 counter packets 1 bytes 60 accept comment "default/web ingress[0]"
	}

	chain pod-10.244.1.6-ingress {
		ip saddr 10.244.1.6 accept
		jump policy-default/web-ingress
		tcp dport 8080 counter packets 0 bytes 0 accept comment "default/named ingress[0]"
	}
}
`;

it('says of each rule how often it decided, and for whom', () => {
  const direction = 'ingress';
  const [own, other] = ['10.244.1.5', '10.244.1.6'];
  const web = { direction, rule: 'default/web ingress[0]', verdict: 'allows' };
  const rest = { direction, rule: 'isolated by default/web', verdict: 'refuses' };
  const named = { direction, rule: 'default/named ingress[0]', verdict: 'allows' };
  expect(ruleCounts(listing)).toEqual([
    { ...rest, addresses: [own], packets: 7, bytes: 380 },
    { ...web, addresses: [own, other], packets: 3, bytes: 180 },
    { ...named, addresses: [other], packets: 0, bytes: 0 },
  ]);
  expect(ruleCounts('')).toEqual([]);
});
