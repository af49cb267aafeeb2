import { testLab } from '../support/lab.ts';
import { keepsTheContract } from '../support/provider-contract.ts';
import { machineLeftovers } from './machines.ts';

const lab = testLab('vm-contract', '10.100.231.0/24');

keepsTheContract({ ...lab, provider: 'vagrant', leftovers: () => machineLeftovers(lab) });
