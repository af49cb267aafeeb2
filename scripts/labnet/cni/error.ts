/** Error codes of the CNI specification, section 5, and labnet's own from 100 on. */
export const cniCode = {
  incompatibleVersion: 1,
  unsupportedField: 2,
  unknownContainer: 3,
  invalidEnvironment: 4,
  ioFailure: 5,
  decodingFailure: 6,
  invalidConfig: 7,
  tryAgainLater: 11,
  notAvailable: 50,
  limitedConnectivity: 51,
  /** This container has this interface already. */
  alreadyAttached: 100,
  /** The node's range has no free address. */
  rangeFull: 101,
  /** A command in the kernel's network failed; what it had done was undone. */
  wiringFailed: 102,
  /** CHECK found something else than what ADD made. */
  notAsMade: 103,
} as const;

/** An error that the container runtime gets, in the form that the specification wants. */
export class CniError extends Error {
  readonly code: number;
  readonly details: string | undefined;

  constructor(code: number, message: string, details?: string) {
    super(message);
    this.name = 'CniError';
    this.code = code;
    this.details = details;
  }
}

export interface CniAnswer {
  exit: 0 | 1;
  stdout: string;
}

/** The answer that carries an error; anything but a CniError is a bug or the machine's, and named as code 5. */
export function errorAnswer(cniVersion: string, error: unknown): CniAnswer {
  const known = error instanceof CniError;
  const { message } = error instanceof Error ? error : { message: String(error) };
  const body = {
    cniVersion,
    code: known ? error.code : cniCode.ioFailure,
    msg: message,
    ...(known && error.details !== undefined ? { details: error.details } : {}),
  };
  return { exit: 1, stdout: `${JSON.stringify(body)}\n` };
}
