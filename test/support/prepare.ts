import { loadConfig, type LabConfig } from '../../scripts/lab/config.ts';
import { installPackages, missingPackages } from '../../scripts/lab/doctor.ts';
import { hasProgram } from '../../scripts/nodes/local.ts';

/** What the tests need beside what `lab up` needs: program -> Debian packages. */
const forTests = {
  shellcheck: ['shellcheck'],
  jq: ['jq'],
  openssl: ['openssl'],
  nft: ['nftables'],
  unshare: ['util-linux'],
  ip: ['iproute2'],
  ping: ['iputils-ping'],
  tcpdump: ['tcpdump'],
  conntrack: ['conntrack'],
  perl: ['perl'],
  vagrant: ['vagrant', 'vagrant-libvirt'],
};

/** Argument: the provider whose tests are to run, if it is not that of lab.yaml. */
const [provider] = process.argv.slice(2) as LabConfig['provider'][];
const overrides = provider ? { provider } : {};
const config = await loadConfig({ cwd: process.cwd(), remember: false, overrides });
const missing = new Set(await missingPackages(config));
for (const [program, packages] of Object.entries(forTests)) {
  if (!(await hasProgram(program))) packages.forEach((name) => missing.add(name));
}
await installPackages([...missing], (line) => console.log(line));
console.log(missing.size === 0 ? 'packages: all there' : `packages: installed ${missing.size}`);
