import type { Issued, Status, Usable } from '../api/types';

/** The forms in which credentials are taken away, the best habit first. */
export type FormName = 'profile' | 'shell' | 'powershell' | 'env' | 'json';

function variables(issued: Issued): [string, string][] {
  const all: [string, string | undefined][] = [
    ['AWS_ACCESS_KEY_ID', issued.access_key_id],
    ['AWS_SECRET_ACCESS_KEY', issued.secret_access_key],
    ['AWS_SESSION_TOKEN', issued.session_token],
    ['AWS_CREDENTIAL_EXPIRATION', issued.expiration],
    ['AWS_REGION', issued.region],
    ['AWS_DEFAULT_REGION', issued.region],
    ['AWS_ENDPOINT_URL_STS', issued.endpoints?.sts],
    ['AWS_ENDPOINT_URL_IAM', issued.endpoints?.iam],
    ['REGENT_SESSION_ID', issued.session_id],
  ];
  return all.filter((pair): pair is [string, string] => Boolean(pair[1]));
}

const inSingleQuotes = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;
const inPowerShell = (value: string) => `'${value.replaceAll("'", "''")}'`;

/** Writes credentials as a shell, a file or a program wants them. */
export function written(issued: Issued, form: Exclude<FormName, 'profile'>): string {
  switch (form) {
    case 'shell':
      return variables(issued)
        .map(([name, value]) => `export ${name}=${inSingleQuotes(value)}`)
        .join('\n');
    case 'powershell':
      return variables(issued)
        .map(([name, value]) => `$Env:${name} = ${inPowerShell(value)}`)
        .join('\n');
    case 'env':
      return variables(issued)
        .map(([name, value]) => `${name}=${value}`)
        .join('\n');
    case 'json':
      return JSON.stringify(
        {
          Version: 1,
          AccessKeyId: issued.access_key_id,
          SecretAccessKey: issued.secret_access_key,
          SessionToken: issued.session_token,
          Expiration: issued.expiration,
        },
        null,
        2,
      );
  }
}

const DOTS = '•'.repeat(24);

/** The same credentials with everything secret covered. */
export function covered(issued: Issued): Issued {
  return { ...issued, secret_access_key: DOTS, session_token: DOTS };
}

type Asked = Pick<Usable, 'slug' | 'region_hint'> & { account: Pick<Usable['account'], 'partition'> };

/**
 * A profile that asks Regent whenever credentials are needed: nothing secret is copied, nothing goes stale. It is what
 * `regent config sync` writes: its program need not be signed in at one server alone, and what belongs to the server's
 * own STS and IAM works only there.
 */
export function profile(connector: Asked, server: string, status?: Pick<Status, 'aws_endpoint' | 'region'>): string {
  const { slug, region_hint, account } = connector;
  const own = account.partition === 'regent';
  const region = region_hint || (own && status?.region);
  const lines = [`[profile ${slug}]`, `credential_process = regent credential-process ${slug} --server ${server}`];
  if (region) lines.push(`region = ${region}`);
  if (own) lines.push(`endpoint_url = ${(status?.aws_endpoint ?? server).replace(/\/+$/, '')}`);
  return lines.join('\n');
}
