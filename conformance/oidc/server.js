// The first administrator of a server, who makes an identity source and a group that its people come into.

export { startServer, stopServer } from '../console/server.js';

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
