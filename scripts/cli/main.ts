#!/usr/bin/env node
import { exitCode } from '../base/errors.ts';
import { runCommandLine } from './run.ts';

// `lab logs | head` closes the pipe early; that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? exitCode.ok : exitCode.bug);
});

// What is made for the nodes must be readable there by `vagrant`; secrets are given their modes one by one.
process.umask(0o022);

// Open connections must not keep a finished command alive.
process.exit(await runCommandLine(process.argv.slice(2)));
