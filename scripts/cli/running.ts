import type { LabConfig } from '../lab/config.ts';
import { openEnvironment, requireRunning, type Environment } from '../lab/environment.ts';

/**
 * Opens an environment that is up, for a look that changes nothing and so needs no lock, and closes it.
 * @throws LabError `not-up`.
 */
export async function withRunning<T>(
  config: LabConfig,
  look: (environment: Environment) => Promise<T>,
): Promise<T> {
  const environment = await openEnvironment(config);
  try {
    await requireRunning(environment);
    return await look(environment);
  } finally {
    environment.close();
  }
}
