// The classic scenario in short: a developer takes a role of the production account, step by step and by a provider.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import {
  CreateRoleCommand,
  CreateVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  ListRolesCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetFederationTokenCommand } from "@aws-sdk/client-sts";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { Caller, code, currentStep, development, policy, production, refused, user } from "../accounts.js";

const UPDATE_APP = "arn:aws:iam::111122223333:role/UpdateAPP";
const RELEASE_APP = "arn:aws:iam::111122223333:role/ReleaseAPP";
const allow = (Action, Resource = "*") => ({ Effect: "Allow", Action, Resource });
const trust = (AWS, Condition) =>
  policy({ Effect: "Allow", Principal: { AWS }, Action: "sts:AssumeRole", ...(Condition && { Condition }) });

let developer;

before(async () => {
  const conditions = {
    StringEquals: { "sts:ExternalId": "acme-42" },
    Bool: { "aws:MultiFactorAuthPresent": "true" },
  };
  for (const [RoleName, AssumeRolePolicyDocument] of [
    ["UpdateAPP", trust("arn:aws:iam::444455556666:root", conditions)],
    ["ReleaseAPP", trust("*", { ArnEquals: { "aws:PrincipalArn": UPDATE_APP } })],
  ]) {
    await production.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    await production.iam.send(
      new PutRolePolicyCommand({
        RoleName,
        PolicyName: "own",
        PolicyDocument: policy(allow(["iam:ListRoles", "iam:ListUsers"]), allow("sts:AssumeRole", RELEASE_APP)),
      }),
    );
  }
  developer = await user("Ana", policy(allow("sts:AssumeRole", UPDATE_APP)));
});

async function phone(name) {
  const { VirtualMFADevice: device } = await development.iam.send(
    new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: name }),
  );
  const seed = Buffer.from(device.Base32StringSeed).toString();
  const step = currentStep();
  await development.iam.send(
    new EnableMFADeviceCommand({
      UserName: "Ana",
      SerialNumber: device.SerialNumber,
      AuthenticationCode1: code(seed, step - 1),
      AuthenticationCode2: code(seed, step),
    }),
  );
  return { serial: device.SerialNumber, unusedCode: code(seed, step + 1) };
}

test("external id and MFA open the role, and a session policy narrows it", async () => {
  const take = { RoleArn: UPDATE_APP, RoleSessionName: "Ana", ExternalId: "acme-42" };
  await refused(
    developer.sts.send(new AssumeRoleCommand(take)),
    403,
    "AccessDenied",
    `User: arn:aws:iam::444455556666:user/Ana is not authorized to perform: sts:AssumeRole on resource: ${UPDATE_APP}`,
  );
  const { serial, unusedCode } = await phone("by-hand");
  const answer = await developer.sts.send(
    new AssumeRoleCommand({
      ...take,
      SerialNumber: serial,
      TokenCode: unusedCode,
      Policy: policy(allow("iam:ListRoles")),
    }),
  );
  assert.equal(answer.AssumedRoleUser.Arn, "arn:aws:sts::111122223333:assumed-role/UpdateAPP/Ana");
  assert.ok(answer.Credentials.Expiration instanceof Date);
  const session = new Caller({
    accessKeyId: answer.Credentials.AccessKeyId,
    secretAccessKey: answer.Credentials.SecretAccessKey,
    sessionToken: answer.Credentials.SessionToken,
  });
  const roles = await session.iam.send(new ListRolesCommand({}));
  assert.deepEqual(roles.Roles.map((role) => role.RoleName).sort(), ["ReleaseAPP", "UpdateAPP"]);
  await refused(
    session.iam.send(new ListUsersCommand({})),
    403,
    "AccessDenied",
    "User: arn:aws:sts::111122223333:assumed-role/UpdateAPP/Ana is not authorized to perform: iam:ListUsers on " +
      "resource: arn:aws:iam::111122223333:user/ because no session policy allows the iam:ListUsers action",
  );
});

test("a provider asks for the one-time password and chains one role after another", async () => {
  const { serial, unusedCode } = await phone("provider");
  const asked = [];
  const updateApp = fromTemporaryCredentials({
    masterCredentials: developer.credentials,
    mfaCodeProvider: async (of) => {
      asked.push(of);
      return unusedCode;
    },
    params: { RoleArn: UPDATE_APP, RoleSessionName: "Ana", ExternalId: "acme-42", SerialNumber: serial },
  });
  const updated = await updateApp();
  const releaseApp = (DurationSeconds) =>
    new Caller(
      fromTemporaryCredentials({
        masterCredentials: updated,
        params: { RoleArn: RELEASE_APP, RoleSessionName: "Ana", DurationSeconds },
      }),
    );
  assert.equal(await releaseApp(3600).arn(), "arn:aws:sts::111122223333:assumed-role/ReleaseAPP/Ana");
  assert.deepEqual(asked, [serial]);
  await refused(
    releaseApp(3601).arn(),
    400,
    "ValidationError",
    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
  );
});

test("a federated user is known to STS and unknown to IAM", async () => {
  const proxy = await user("proxy", policy(allow(["sts:GetFederationToken", "iam:*"])));
  const { Credentials, FederatedUser } = await proxy.sts.send(
    new GetFederationTokenCommand({ Name: "Susan", Policy: policy(allow("*")) }),
  );
  assert.equal(FederatedUser.FederatedUserId, "444455556666:Susan");
  const susan = new Caller({
    accessKeyId: Credentials.AccessKeyId,
    secretAccessKey: Credentials.SecretAccessKey,
    sessionToken: Credentials.SessionToken,
  });
  assert.equal(await susan.arn(), "arn:aws:sts::444455556666:federated-user/Susan");
  await refused(
    susan.iam.send(new ListUsersCommand({})),
    403,
    "InvalidClientTokenId",
    "The security token included in the request is invalid",
  );
});

test("a disabled key stops at once", async () => {
  const mia = await user("Mia");
  assert.equal(await mia.arn(), "arn:aws:iam::444455556666:user/Mia");
  await development.iam.send(
    new UpdateAccessKeyCommand({ UserName: "Mia", AccessKeyId: mia.credentials.accessKeyId, Status: "Inactive" }),
  );
  await refused(
    mia.arn(),
    403,
    "InvalidClientTokenId",
    "The security token included in the request is invalid.",
  );
});
