import { cloneStore } from '../../scripts/nodes/store-clone.ts';

/** Clones in a process of its own, to be killed. Arguments: the golden store and the target. */
const [golden = '', target = ''] = process.argv.slice(2);
await cloneStore(golden, target);
