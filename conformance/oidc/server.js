// A server of its own: free port, empty store, an identity source and a group that its people come into.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const REGENT = process.env.REGENT ?? new URL('../../target/debug/regent', import.meta.url).pathname;
const PATIENCE_MS = 30_000;

/** Starts a server. `url` and `code` of the setup come out of its greeting. */
export async function startServer() {
  const data = await mkdtemp(join(tmpdir(), 'regent-oidc-'));
  const child = spawn(REGENT, ['serve', '--listen', '127.0.0.1:0'], {
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8', HOME: data, REGENT_DATA: join(data, 'store') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const server = { child, data };
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the server did not start:\n${log}`)), PATIENCE_MS);
    child.once('exit', (status) => reject(new Error(`the server ended with ${status}:\n${log}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      server.code ??= /^\s*setup\s+(\S+)/.exec(line)?.[1];
      server.url ??= /AWS_ENDPOINT_URL=(\S+)/.exec(line)?.[1];
      if (!server.url) return;
      clearTimeout(timer);
      resolve();
    });
  });
  return server;
}

export async function stopServer({ child, data }) {
  child.removeAllListeners('exit');
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
  await rm(data, { recursive: true, force: true });
}

export const PASSWORD = 'seven green bottles hang';

/** The first administrator, who makes things over the API. */
export async function setUp({ url, code }) {
  const post = async (path, body, headers = {}) => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const said = await answer.json();
    if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(said)}`);
    return { said, cookie: answer.headers.get('set-cookie')?.split(';')[0] };
  };
  const admin = await post('/setup', { code, name: 'administrator', password: PASSWORD });
  const headers = { cookie: admin.cookie, 'x-regent-csrf': admin.said.csrf };
  return async (path, body) => (await post(path, body, headers)).said;
}
