// A real OpenID provider on loopback: certified software, its own login pages, two people.

import { createServer } from 'node:http';
import { once } from 'node:events';
import Provider from 'oidc-provider';

export const CLIENT = { id: 'regent', secret: 'a secret with a colon: and a plus+' };

/** Who may sign in. The provider's pages take any password. */
const PEOPLE = {
  ana: { preferred_username: 'ana', name: 'Ana Díaz', email: 'ana@example.com', email_verified: true, groups: ['dev', 'ops'] },
  eve: { preferred_username: 'eve', name: 'Eve', email: 'eve@example.com', email_verified: true, groups: ['strangers'] },
};

/** Starts a provider that knows the server at `url`. What it tells of people it tells only when asked with a token. */
export async function startProvider(url) {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [`${url}/api/v1/auth/oidc/callback`],
        post_logout_redirect_uris: [`${url}/console/`],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
    ],
    scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
    claims: {
      openid: ['sub'],
      profile: ['name', 'preferred_username'],
      email: ['email', 'email_verified'],
      groups: ['groups'],
    },
    pkce: { required: () => true },
    findAccount: (_, id) => PEOPLE[id] && { accountId: id, claims: () => ({ sub: id, ...PEOPLE[id] }) },
    cookies: { keys: ['only for tests'] },
  });
  server.on('request', provider.callback());
  return { issuer, stop: () => server.close() };
}
