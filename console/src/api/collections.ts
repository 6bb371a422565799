import { type ListAddress, send, sendAll } from './client';
import type { Address, Answer, Body } from './contract';

/** The addresses of collections: things are listed and made there, and shown, changed and deleted under their ids. */
export type Collection = {
  [P in ListAddress & Address<'post'>]: `${P}/{id}` extends Address<'get'> & Address<'put'> & Address<'delete'>
    ? P
    : never;
}[ListAddress & Address<'post'>];

type Shown = { [C in Collection]: Answer<'get', `${C}/{id}`> };
type Taken = { [C in Collection]: Body<'post', C> & Body<'put', `${C}/{id}`> };
type Told = { [C in Collection]: Answer<'post', C> | Answer<'put', `${C}/{id}`> };

// What is new in a list inside of a thing has no id yet.
type Unkept<List> = List extends (infer Kept extends { id: string })[]
  ? (Omit<Kept, 'id'> & Partial<Pick<Kept, 'id'>>)[]
  : List;
type Fresh<Part> = { [K in keyof Part]: Unkept<Part[K]> };

type Within<Outer, Inner extends Outer> = Inner;
// All that is shown of a thing and taken again, and what is only taken, as secrets are. Whatever this is, it can be sent.
type Written = Within<
  Taken,
  { [C in Collection]: Fresh<Pick<Shown[C], keyof Shown[C] & keyof Taken[C]>> & Omit<Taken[C], keyof Shown[C]> }
>;

// Tables with a line for each collection: what all lines have, the compiler knows of any of them.
interface Things extends Shown {}
interface Bodies extends Taken {}
interface Drafts extends Written {}
interface Saves extends Told {}

/** One thing of a collection, as it is stored. */
export type Thing<C extends Collection> = Things[C];
/** What a person writes of one, with everything that has a default. */
export type Draft<C extends Collection> = Drafts[C];
/** What is sent of one. */
export type Sent<C extends Collection> = Bodies[C] | Drafts[C];
/** One thing, as it is told when it has just been made or changed. */
export type Saved<C extends Collection> = Saves[C];
/** What the server keeps of everything. */
export type Stored = Pick<
  Things[Collection],
  'id' | 'revision' | 'created_at' | 'created_by' | 'updated_at' | 'updated_by'
>;
/** What the server tells of one and does not take back. */
export type ToldOnly<C extends Collection> = Exclude<keyof Thing<C>, keyof Draft<C> | keyof Stored>;

// What is said of every collection alike, the compiler cannot follow down to the one that is meant: it is said again here.

export const list = <C extends Collection>(address: C, signal?: AbortSignal) =>
  sendAll(address, { signal }) as Promise<Thing<C>[]>;

export const one = <C extends Collection>(address: C, id: string, signal?: AbortSignal) =>
  send('get', `${address}/{id}`, { path: { id }, signal }) as Promise<Thing<C>>;

export const make = <C extends Collection>(address: C, draft: Sent<C>) =>
  send('post', address, { body: draft }) as Promise<Saved<C>>;

export const replace = <C extends Collection>(address: C, id: string, draft: Sent<C>, revision: number) =>
  send('put', `${address}/{id}`, { path: { id }, body: draft, revision }) as Promise<Saved<C>>;

export const drop = (address: Collection, id: string, revision: number) =>
  send('delete', `${address}/{id}`, { path: { id }, revision });
