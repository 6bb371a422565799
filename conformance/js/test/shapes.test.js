// What the SDK makes of the answers: pages, waiters, classes of errors, a wrong clock.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CreateUserCommand,
  EntityAlreadyExistsException,
  GetUserCommand,
  MalformedPolicyDocumentException,
  CreatePolicyCommand,
  NoSuchEntityException,
  paginateListUsers,
  waitUntilUserExists,
} from "@aws-sdk/client-iam";
import { STSClient, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { production, refused } from "../accounts.js";

const { iam } = production;

test("users come in pages without gap or repetition", async () => {
  const names = Array.from({ length: 7 }, (_, n) => `page-${n}`);
  for (const UserName of names) await iam.send(new CreateUserCommand({ UserName, Path: "/pages/" }));
  const sizes = [];
  const seen = [];
  for await (const page of paginateListUsers({ client: iam, pageSize: 3 }, { PathPrefix: "/pages/" })) {
    sizes.push(page.Users.length);
    seen.push(...page.Users.map((user) => user.UserName));
  }
  assert.deepEqual([sizes, seen], [[3, 3, 1], names]);
});

test("a waiter ends when the user is there", async () => {
  await iam.send(new CreateUserCommand({ UserName: "awaited" }));
  const waited = await waitUntilUserExists({ client: iam, maxWaitTime: 5 }, { UserName: "awaited" });
  assert.equal(waited.state, "SUCCESS");
});

test("errors are the classes of the model", async () => {
  await iam.send(new CreateUserCommand({ UserName: "classes" }));
  const exists = iam.send(new CreateUserCommand({ UserName: "classes" }));
  await assert.rejects(exists, EntityAlreadyExistsException);
  await refused(exists, 409, "EntityAlreadyExistsException", "User with name classes already exists.");
  const missing = iam.send(new GetUserCommand({ UserName: "nobody" }));
  await assert.rejects(missing, NoSuchEntityException);
  await refused(missing, 404, "NoSuchEntityException", "The user with name nobody cannot be found.");
  const broken = iam.send(new CreatePolicyCommand({ PolicyName: "broken", PolicyDocument: "{" }));
  await assert.rejects(broken, MalformedPolicyDocumentException);
});

for (const minutes of [-20, 20]) {
  test(`a clock wrong by ${minutes} minutes is corrected by the Date of the refusal`, async () => {
    const statuses = [];
    // What the SDK believes the time to be: the machine's, and this much off.
    const sts = new STSClient({ credentials: production.credentials, systemClockOffset: minutes * 60_000 });
    const handle = sts.config.requestHandler.handle.bind(sts.config.requestHandler);
    sts.config.requestHandler.handle = async (...request) => {
      const answer = await handle(...request);
      statuses.push(answer.response.statusCode);
      return answer;
    };
    const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
    assert.equal(Arn, "arn:aws:iam::111122223333:root");
    assert.deepEqual(statuses, [403, 200]);
    assert.ok(Math.abs(sts.config.systemClockOffset) < 60_000);
  });
}
