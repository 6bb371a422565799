import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { asProblem, Problem, post } from '../api/client';
import { signedIn } from '../api/session';
import type { Me, PasskeyCeremony } from '../api/types';
import { prove } from './passkey';

/** Turns what the authenticator or the person broke off into words. */
export function passkeyProblem(thrown: unknown): Problem {
  if (thrown instanceof DOMException) {
    return new Problem(0, {
      title: 'The passkey was not used',
      code: 'passkey',
      detail: thrown.name === 'NotAllowedError' ? 'It was cancelled or took too long.' : thrown.message,
      fix: 'Try again, or sign in with your password.',
    });
  }
  return asProblem(thrown);
}

/** Runs a passkey ceremony from its start to its finish. */
export async function byPasskey(
  start: Promise<PasskeyCeremony>,
  finish: '/auth/passkey/finish' | '/auth/step-up/passkey/finish',
): Promise<Me> {
  const { ceremony, public_key } = await start;
  const credential = await prove(public_key);
  return post(finish, { body: { ceremony, credential } });
}

export function useSignIn() {
  const client = useQueryClient();
  const [error, setError] = useState<Problem>();
  const [busy, setBusy] = useState<'password' | 'passkey'>();
  const [second, setSecond] = useState(false);

  const attempt = async (kind: 'password' | 'passkey', how: () => Promise<Me>) => {
    setBusy(kind);
    setError(undefined);
    try {
      signedIn(client, await how());
      await client.invalidateQueries();
    } catch (thrown) {
      const problem = kind === 'passkey' ? passkeyProblem(thrown) : asProblem(thrown);
      if (problem.code === 'second_factor_required') setSecond(true);
      else setError(problem);
    } finally {
      setBusy(undefined);
    }
  };
  return {
    error,
    busy,
    second,
    startOver: () => setSecond(false),
    withPassword: (name: string, password: string, code?: string) =>
      attempt('password', () => post('/auth/sign-in', { body: { name, password, ...(code ? { code } : {}) } })),
    withPasskey: (name?: string) =>
      attempt('passkey', () => byPasskey(post('/auth/passkey/start', { body: { name } }), '/auth/passkey/finish')),
  };
}
