import { describe, expect, test } from 'vitest';
import { parseManifest } from '../../../../scripts/cluster/objects.ts';
import { packetsBehind } from '../../../../scripts/lab/policy/service.ts';
import { paperObjects } from '../../../../scripts/lab/policy/world.ts';

const manifests = `
apiVersion: v1
kind: Service
metadata: { name: shop }
spec:
  selector: { app: web }
  ports: [{ port: 80, targetPort: http }, { port: 53, protocol: UDP }, { port: 81, targetPort: admin }]
---
apiVersion: v1
kind: Service
metadata: { name: headless }
spec: { clusterIP: None, selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Service
metadata: { name: elsewhere }
spec: { type: ExternalName }
---
apiVersion: v1
kind: Service
metadata: { name: misspelt }
spec: { selector: { app: wbe }, ports: [{ port: 80 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    metadata: { labels: { app: web, version: one } }
    spec: { containers: [{ ports: [{ name: http, containerPort: 8080 }] }] }
---
apiVersion: v1
kind: Pod
metadata: { name: other, labels: { app: web } }
spec: { containers: [{ ports: [{ name: http, containerPort: 8081 }] }] }
---
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: ops, labels: { app: web } }
spec: { containers: [{}] }
---
apiVersion: v1
kind: Pod
metadata: { name: ended, labels: { app: web } }
spec: { containers: [{}] }
status: { phase: Succeeded }
`;
const { world, services } = paperObjects(parseManifest(manifests));

function behind(name: string, port: number, protocol: 'TCP' | 'UDP' = 'TCP'): string[] {
  const service = services.find(({ metadata }) => metadata.name === name);
  if (!service) throw new Error(`no ${name}`);
  return packetsBehind(service, world, { port, protocol }).map(
    (packet) => `${packet.to} ${packet.protocol} ${packet.port}`,
  );
}

describe('a packet to a Service', () => {
  test('becomes one to the port of each pod that has the name', () => {
    expect(behind('shop', 80)).toEqual(['default/web TCP 8080', 'default/other TCP 8081']);
  });

  test('keeps its port without a target, and that of a headless one always', () => {
    expect(behind('shop', 53, 'UDP')).toEqual(['default/web UDP 53', 'default/other UDP 53']);
    expect(behind('headless', 9)).toEqual(['default/web TCP 9', 'default/other TCP 9']);
  });

  test.each([
    ['shop', 82, 'svc/default/shop has no port TCP 82', 'it has TCP 80, UDP 53, TCP 81'],
    ['shop', 81, 'svc/default/shop leads to no pod', 'none of its pods has a port called "admin"'],
    ['misspelt', 80, 'leads to no pod', 'no pod of its namespace has the labels app=wbe'],
    ['elsewhere', 80, 'has no port', 'it has none'],
  ])('%s, port %i: %s', (name, port, message, why) => {
    expect(() => behind(name, port)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message), why }),
    );
  });
});
