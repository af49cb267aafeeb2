// Takes the lock of the folder in argv[2]. Says "held" and keeps it until killed, or says why not.
import { acquireLock } from '../../../scripts/lab/lock.ts';

const [, , stateDir = '', command = 'lab up', keep = '60000'] = process.argv;
try {
  await acquireLock(stateDir, command);
  console.log('held');
  setTimeout(() => process.exit(0), Number(keep));
} catch (error) {
  console.log((error as Error).message);
}
