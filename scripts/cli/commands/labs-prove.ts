import { LabError } from '../../base/errors.ts';

// Placeholder, to be replaced by the command itself.
export function run(): Promise<never> {
  return Promise.reject(new LabError('unfinished', '`lab labs prove` does not work yet'));
}
