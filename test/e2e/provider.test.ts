import { keepsTheContract } from '../support/provider-contract.ts';
import { leftovers, testLab } from '../support/lab.ts';

const lab = testLab('e2e-contract', '10.100.211.0/24');

keepsTheContract({ ...lab, provider: 'container', leftovers: () => leftovers(lab) });
