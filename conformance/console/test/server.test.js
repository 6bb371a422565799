// The server of the walks: one that does not start, or has ended, is told of at once and not waited for.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { test } from 'node:test';
import { startServer, stopServer } from '../server.js';

test('a program that ends or is not there is told of', async () => {
  await assert.rejects(startServer([], '/bin/false'), /the server ended with 1/);
  await assert.rejects(startServer([], '/nowhere/at/all'), /ENOENT/);
});

test('a server that has ended is not waited for', async () => {
  const server = await startServer();
  server.child.kill('SIGKILL');
  await once(server.child, 'exit');
  await stopServer(server);
  await assert.rejects(access(server.data), /ENOENT/);
});
