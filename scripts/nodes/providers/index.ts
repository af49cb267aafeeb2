import type { Provider } from '../provider.ts';
import { containerProvider, type ContainerOptions } from './container.ts';

/** Every way to make nodes. A new one is a file beside this and a line here. */
export const providers = {
  container: containerProvider,
} satisfies Record<string, (options: ContainerOptions) => Provider>;
