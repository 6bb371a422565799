// The two accounts that `conformance/run` made, and what every test does with them.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { IAMClient, CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { STSClient, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { fromIni } from "@aws-sdk/credential-providers";

export class Caller {
  constructor(credentials) {
    this.credentials = credentials;
    this.iam = new IAMClient({ credentials });
    this.sts = new STSClient({ credentials });
  }

  async arn() {
    return (await this.sts.send(new GetCallerIdentityCommand({}))).Arn;
  }
}

export const production = new Caller(fromIni({ profile: "production" }));
export const development = new Caller(fromIni({ profile: "development" }));

export const policy = (...statements) => JSON.stringify({ Version: "2012-10-17", Statement: statements });

// A user of the development account, with an access key and a policy of its own.
export async function user(name, document) {
  await development.iam.send(new CreateUserCommand({ UserName: name }));
  if (document) {
    await development.iam.send(
      new PutUserPolicyCommand({ UserName: name, PolicyName: "own", PolicyDocument: document }),
    );
  }
  const { AccessKey } = await development.iam.send(new CreateAccessKeyCommand({ UserName: name }));
  return new Caller({ accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey });
}

// Whether the call is refused with this status, name and text, and no other.
export async function refused(call, status, name, message) {
  await assert.rejects(call, (error) => {
    assert.deepEqual(
      { status: error.$metadata?.httpStatusCode, name: error.name, message: error.message },
      { status, name, message },
    );
    return true;
  });
}

const STEP_SECONDS = 30;

export const currentStep = () => Math.floor(Date.now() / 1000 / STEP_SECONDS);

// The one-time password of a time step (RFC 6238); the seed in base32, as authenticator apps take it.
export function code(seed, step) {
  const bits = [...seed].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"));
  const key = Buffer.from(bits.join("").match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac("sha1", key).update(counter).digest();
  const number = digest.readUInt32BE(digest.at(-1) & 0x0f) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}
