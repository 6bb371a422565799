/** What the server sends and takes: the types of WebAuthn with every buffer as base64url text. */
export type Json = Record<string, unknown>;

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function text(buffer: ArrayBuffer): string {
  const plain = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

const descriptor = (one: unknown) => {
  const { id, ...rest } = one as { id: string };
  return { ...rest, id: bytes(id) } as unknown as PublicKeyCredentialDescriptor;
};

export const passkeysWork = () => typeof PublicKeyCredential !== 'undefined';

/** Asks an authenticator to prove a passkey. */
export async function prove(options: unknown): Promise<Json> {
  const { challenge, allowCredentials, ...rest } = options as { challenge: string; allowCredentials?: unknown[] };
  const credential = await navigator.credentials.get({
    publicKey: { ...rest, challenge: bytes(challenge), allowCredentials: allowCredentials?.map(descriptor) },
  });
  if (!(credential instanceof PublicKeyCredential)) throw new Error('no passkey was chosen');
  const answer = credential.response as AuthenticatorAssertionResponse;
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      clientDataJSON: text(answer.clientDataJSON),
      authenticatorData: text(answer.authenticatorData),
      signature: text(answer.signature),
      userHandle: answer.userHandle ? text(answer.userHandle) : undefined,
    },
  };
}

/** Has an authenticator make a passkey. */
export async function make(options: unknown): Promise<Json> {
  const { challenge, user, excludeCredentials, ...rest } = options as {
    challenge: string;
    user: { id: string; name: string; displayName: string };
    excludeCredentials?: unknown[];
  };
  const credential = await navigator.credentials.create({
    publicKey: {
      ...(rest as unknown as PublicKeyCredentialCreationOptions),
      challenge: bytes(challenge),
      user: { ...user, id: bytes(user.id) },
      excludeCredentials: excludeCredentials?.map(descriptor),
    },
  });
  if (!(credential instanceof PublicKeyCredential)) throw new Error('no passkey was made');
  const answer = credential.response as AuthenticatorAttestationResponse;
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      clientDataJSON: text(answer.clientDataJSON),
      attestationObject: text(answer.attestationObject),
      transports: answer.getTransports?.() ?? [],
    },
  };
}
