import { Problem } from '../api/client';

/** An AWS session that came by a login URL: whose it is and until when. */
export interface ConsoleSession {
  arn: string;
  account: string;
  account_alias?: string;
  user_id: string;
  principal_type: string;
  source_identity?: string;
  region: string;
  issued_at: string;
  expires_at: string;
  issuer?: string;
  display_name?: string;
  color?: string;
  can_switch_role: boolean;
  csrf: string;
}

export interface Ended {
  ended: true;
  issuer?: string;
}

/** Whose session this browser holds, or where to get one. */
export async function readSession(): Promise<ConsoleSession | Ended> {
  const response = await fetch('/console/api/session', { credentials: 'same-origin', cache: 'no-store' });
  const body = await response.json().catch(() => ({}));
  if (response.status === 401) return { ended: true, issuer: httpUrl(body.issuer) };
  if (!response.ok) throw new Problem(response.status, body);
  return body as ConsoleSession;
}

// The issuer was named by whoever made the login URL: a link, never anything that runs.
export function httpUrl(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const url = new URL(text);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined;
  } catch {
    return undefined;
  }
}

/** Calls an operation of AWS as the session, and gives back what is under `list`, element by element. */
export async function list(csrf: string, action: string, fields: string[]): Promise<Record<string, string>[]> {
  const response = await fetch('/console/api/aws', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-regent-csrf': csrf, accept: 'application/xml' },
    body: JSON.stringify({ service: 'iam', form: { Action: action, MaxItems: '100' } }),
    credentials: 'same-origin',
    cache: 'no-store',
  });
  const document = new DOMParser().parseFromString(await response.text(), 'application/xml');
  if (!response.ok) {
    const text = (name: string) => document.getElementsByTagName(name)[0]?.textContent ?? undefined;
    throw new Problem(response.status, {
      title: text('Code') ?? 'The call was refused',
      code: text('Code'),
      detail: text('Message'),
      request_id: text('RequestId'),
    });
  }
  return Array.from(document.getElementsByTagName('member')).map((member) =>
    Object.fromEntries(fields.map((field) => [field, member.getElementsByTagName(field)[0]?.textContent ?? ''])),
  );
}

/** The address that asks whether to switch to a role. */
export function switchRole(draft: { account: string; role: string; name: string; color: string }): string {
  const search = new URLSearchParams({ account: draft.account, roleName: draft.role });
  if (draft.name) search.set('displayName', draft.name);
  if (draft.color) search.set('color', draft.color);
  return `/switchrole?${search}`;
}
