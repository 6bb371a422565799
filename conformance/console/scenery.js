// Puts an organization before the page: answers the console's calls of the REST API in its stead.

import { FIXED, ISSUED, PREVIEW, STEPS, list } from './answers.js';
import { COLLECTIONS } from './organization.js';

function stripped(path) {
  const [, , , collection, id, action] = path.split('/');
  const found = COLLECTIONS[collection];
  if (!found) return undefined;
  if (!id) return list(found);
  const one = found.find((thing) => thing.id === id);
  if (!action) return one;
  if (action === 'why') {
    return { allowed: true, via: 'grant:grnt_1', text: 'Ana Diaz may use Production, read only: she is in platform, and platform holds a grant.', statement: { grant_id: 'grnt_1' }, explanation: { decision: 'allow' }, policies: [] };
  }
  if (action === 'test') return { ok: true, steps: STEPS, arn: PREVIEW.session_arn };
  if (action === 'credentials') return ISSUED;
  return undefined;
}

const AWS_REFUSAL = `<ErrorResponse><Error><Code>AccessDenied</Code><Message>User: arn:aws:sts::123456789012:assumed-role/regent-demo/ana is not authorized to perform: iam:ListUsers because no identity-based policy allows the iam:ListUsers action</Message></Error><RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId></ErrorResponse>`;
const AWS_ROLES = `<ListRolesResponse><ListRolesResult><Roles><member><RoleName>regent-demo</RoleName><Arn>arn:aws:iam::123456789012:role/regent-demo</Arn><CreateDate>2026-11-20T08:00:00Z</CreateDate></member></Roles></ListRolesResult></ListRolesResponse>`;

const json = (status, body, type = 'application/json') => ({ status, contentType: type, body: JSON.stringify(body) });

/**
 * Answers the page's calls from the scenery. `mood` makes every list `empty`, every call `broken`, or every call `slow`
 * without end; `changes` lays other answers over the ones here.
 */
export async function dress(page, { mood = 'busy', changes = {} } = {}) {
  const answers = { ...FIXED, ...changes };
  await page.route(/\/(?:console\/)?api\//, async (route) => {
    const request = route.request();
    const { pathname } = new URL(request.url());
    const key = `${request.method()} ${pathname}`;
    const about = /\/(?:status|auth\/session)$/.test(pathname);
    if (key === 'POST /console/api/aws') {
      const roles = request.postData()?.includes('ListRoles');
      return route.fulfill({ status: roles ? 200 : 403, contentType: 'text/xml', body: roles ? AWS_ROLES : AWS_REFUSAL });
    }
    if (!about && mood === 'slow') return; // never answered
    if (!about && mood === 'broken') {
      const problem = { title: 'The records cannot be read', status: 503, code: 'audit_unavailable', detail: 'The store does not answer.', fix: 'See whether the disk is full, then try again.', request_id: '7f2c9d1e' };
      return route.fulfill(json(500, problem, 'application/problem+json'));
    }
    let body = answers[key] ?? stripped(pathname);
    if (!about && mood === 'empty' && Array.isArray(body?.items)) body = list([]);
    if (body === undefined) return route.fulfill(json(404, { title: 'Not found', code: 'not_found', detail: `the scenery has no ${key}` }));
    return route.fulfill(json(200, body));
  });
}
