/** The API's document as types: which addresses there are, what a call of each has to be given, and what it tells. */
import type { paths } from './schema';

export type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';

/** The addresses that know a method. */
export type Address<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, object> ? P : never;
}[keyof paths];

type Operation<M extends Method, P extends Address<M>> = paths[P][M];

// What comes in several forms is sent and taken as JSON. What is no JSON is text, whatever it means.
type Content<Carrier> = Carrier extends { content: infer Forms }
  ? Forms extends { 'application/json': infer Json }
    ? Json
    : string
  : undefined;

type Done = 200 | 201 | 204;

/** What a call tells when it is done. */
export type Answer<M extends Method, P extends Address<M>> =
  Operation<M, P> extends { responses: infer Responses }
    ? { [Status in keyof Responses & Done]: Content<Responses[Status]> }[keyof Responses & Done]
    : never;

// What has to be there stays so under its new name: the modifiers of the members are kept.
type Carried<Op> = { [K in keyof Op as K extends 'requestBody' ? 'body' : never]: Content<NonNullable<Op[K]>> };
type Placed<Op> = Op extends { parameters: infer Places }
  ? { [K in keyof Places as K extends 'path' | 'query' ? K : never]: Places[K] } & {
      [K in keyof Places as K extends 'header' ? 'revision' : never]: [NonNullable<Places[K]>] extends [never]
        ? never
        : number;
    }
  : never;

/** What a call takes. */
export type Body<M extends Method, P extends Address<M>> =
  Carried<Operation<M, P>> extends { body?: infer Sent } ? NonNullable<Sent> : never;

// A merge patch holds any part of what would replace the whole.
type Patched<P> = P extends Address<'put'> ? { body: Partial<Body<'put', P>> } : never;

/** All that a call has to be given, and may be given. A revision goes as `If-Match`. */
export type Options<M extends Method, P extends Address<M>> = Placed<Operation<M, P>> &
  ('patch' extends M ? Patched<P> : Carried<Operation<M, P>>) & { signal?: AbortSignal };

/** The options as an argument, which may be left out when nothing has to be given. */
export type Arguments<M extends Method, P extends Address<M>> =
  object extends Options<M, P> ? [options?: Options<M, P>] : [options: Options<M, P>];
