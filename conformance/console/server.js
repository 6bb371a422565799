// A server of its own for each walk: free port, empty store, stopped by its id.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const REGENT = process.env.REGENT ?? new URL('../../target/debug/regent', import.meta.url).pathname;
/** For a machine that is busy with other things: a start that takes longer has failed. */
const PATIENCE_MS = 120_000;

/** What is handed to a child: the way to programs, and nothing of who runs the tests. */
const bare = () => ({ PATH: process.env.PATH, LANG: 'C.UTF-8' });

/**
 * Starts a server, with more arguments or another program if there are any. `url`, `code` of the setup and the root
 * user's `environment` come out of its greeting.
 */
export async function startServer(more = [], program = REGENT) {
  const data = await mkdtemp(join(tmpdir(), 'regent-console-'));
  const child = spawn(program, ['serve', '--listen', '127.0.0.1:0', ...more], {
    env: { ...bare(), HOME: data, REGENT_DATA: join(data, 'store') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const server = { child, data, environment: {}, log: () => log };
  let timer;
  const begun = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`the server did not start:\n${log}`)), PATIENCE_MS);
    child.once('error', reject);
    child.once('exit', (status) => reject(new Error(`the server ended with ${status}:\n${log}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said = line.trim();
      server.code ??= /^setup\s+(\S+)/.exec(said)?.[1];
      if (!said.startsWith('export ')) return;
      for (const [, name, value] of said.matchAll(/(\w+)=(\S+)/g)) server.environment[name] = value;
      server.url = server.environment.AWS_ENDPOINT_URL;
      resolve();
    });
  });
  try {
    await begun;
    return server;
  } catch (trouble) {
    // Nobody else knows of this one, so nobody else could end it.
    await stopServer(server, 'SIGKILL');
    throw trouble;
  } finally {
    clearTimeout(timer);
  }
}

/** Ends a server. One that never ran, or has ended by itself, is not waited for. */
export async function stopServer({ child, data }, signal = 'SIGTERM') {
  child.removeAllListeners('exit');
  const runs = child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  if (runs) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }
  await rm(data, { recursive: true, force: true });
}

/** Runs a program as its user would, with what the walk has handed over, and gives back what it printed. */
export async function run(program, args, environment) {
  const child = spawn(program, args, { env: { ...bare(), ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    out.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    out.stderr += chunk;
  });
  const status = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  return { ...out, status };
}
