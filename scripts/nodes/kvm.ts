import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';

/** Whether /dev/kvm can be opened, and the processor has what it stands for; else machines are emulated. */
export type Kvm = 'works' | 'no-device' | 'no-extension';

export async function askKvm(): Promise<Kvm> {
  try {
    await access('/dev/kvm', constants.R_OK | constants.W_OK);
  } catch {
    return 'no-device';
  }
  const processor = await readFile('/proc/cpuinfo', 'utf8');
  return /^flags.* (vmx|svm)( |$)/m.test(processor) ? 'works' : 'no-extension';
}
