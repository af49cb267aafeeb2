import { z } from 'zod';
import { optionSchemas } from '../cluster/cni/index.ts';
import { cniNames } from '../cluster/cni/names.ts';

export const engines = ['auto', 'podman', 'docker'] as const;
export const providers = ['container', 'vagrant'] as const;
export const hypervisors = ['auto', 'libvirt', 'virtualbox'] as const;
export const sources = ['auto', 'release', 'modules', 'bundle'] as const;
export const maxWorkers = 9;

/** RFC 1123 label, as Kubernetes wants it for node names. */
export const labelPattern = '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$';
const cidrPattern = '^[0-9]+\\.[0-9]+\\.[0-9]+\\.[0-9]+/[0-9]+$';
const addressPattern = '^[0-9]+\\.[0-9]+\\.[0-9]+\\.[0-9]+$';
export const versionPattern = '^[0-9]+\\.[0-9]+\\.[0-9]+$';

// Patterns are only notes for editors. config-checks.ts checks the forms, together with their
// meaning, so that one wrong letter in an address does not hide the other problems.
const text = (description: string, pattern?: string): z.ZodString =>
  z.string().meta(pattern === undefined ? { description } : { description, pattern });
const cidr = (description: string): z.ZodString => text(description, cidrPattern);

const nodeSchema = z.strictObject({
  name: text('Host name and Kubernetes node name.', labelPattern),
  address: text(
    'Address on the lab network; by default the next free one.',
    addressPattern,
  ).optional(),
});

const kubernetesSchema = z.strictObject({
  version: text('Kubernetes release, without a leading v.', versionPattern).default('1.36.3'),
  podSubnet: cidr('Network of all pods; every node gets a /24 of it.').default('10.244.0.0/16'),
  serviceSubnet: cidr('Network of the service addresses.').default('10.96.0.0/12'),
  dnsDomain: text('Domain of the cluster DNS.').default('cluster.local'),
});

const cniSchema = z.strictObject({
  name: z.enum(cniNames).default('flannel').describe('The pod network that `lab up` installs.'),
  ...optionSchemas,
});

const vmSchema = z.strictObject({
  hypervisor: z
    .enum(hypervisors)
    .default('auto')
    .describe('What runs the machines: libvirt or virtualbox; auto takes what Vagrant would.'),
  box: text(
    'A Vagrant box with Debian or Ubuntu; by default bento/debian-13 for VirtualBox, debian/trixie64 for libvirt.',
  ).optional(),
  cpus: z.int().min(2).default(2).describe('Processors of each machine; kubeadm wants two.'),
  memory: z.int().min(1700).default(2048).describe('MiB of each machine; kubeadm wants 1700.'),
});

const supplySchema = z.strictObject({
  source: z
    .enum(sources)
    .default('auto')
    .describe(
      'Where binaries and images come from: official releases, built from Go modules, one bundle file, or release if it can be reached and else modules.',
    ),
  bundle: text('The bundle file; a relative path counts from this file.').optional(),
  releaseBase: text('Another base URL for the release downloads, as of a mirror.').optional(),
});

/** The form of lab.yaml. Everything may be left out; unknown keys are refused. */
export const fileSchema = z.strictObject({
  name: text('Name of the environment, in the names of everything it owns.', labelPattern).default(
    'lab',
  ),
  provider: z.enum(providers).default('container').describe('What the nodes are made of.'),
  engine: z.enum(engines).default('auto').describe('Which container engine runs the nodes.'),
  network: cidr('The lab network between the nodes; the host has its first address.').default(
    '10.100.198.0/24',
  ),
  controlPlane: nodeSchema
    .prefault({ name: 'master' })
    .describe('The node that kubeadm init runs on.'),
  workers: z
    .array(nodeSchema)
    .max(maxWorkers)
    .default([{ name: 'node1' }, { name: 'node2' }])
    .describe('The nodes that join.'),
  kubernetes: kubernetesSchema.prefault({}).describe('What kubeadm is told.'),
  cni: cniSchema.prefault({}).describe('The pod network.'),
  vm: vmSchema.prefault({}).describe('Shape of the machines when Vagrant makes the nodes.'),
  supply: supplySchema.prefault({}).describe('Where binaries and images come from.'),
  standby: z
    .boolean()
    .default(false)
    .describe(
      'After lab up and each lab reset, start a second clean lab ahead of need, frozen, so that the next reset takes seconds: 0.6 GB of memory. Small hosts leave it out.',
    ),
});

/** lab.yaml as written, with defaults; addresses may still be open. */
export type FileConfig = z.output<typeof fileSchema>;

/** The JSON Schema (draft-07) that editors use for lab.yaml; lab.schema.json holds it. */
export function configJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(fileSchema, { target: 'draft-7', io: 'input' });
  return {
    $schema,
    title: 'lab.yaml',
    description: 'An environment of the Kubernetes networking lab.',
    ...schema,
  };
}
