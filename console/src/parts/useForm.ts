import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { asProblem, type Problem } from '../api/client';
import type { Collection, Draft, Saved, Sent, Stored, Thing, ToldOnly } from '../api/collections';
import { type Clash, merge, same } from './merge';
import { type Kept, store } from './store';

const KEPT_BY_THE_SERVER: (keyof Stored)[] = ['id', 'revision', 'created_at', 'created_by', 'updated_at', 'updated_by'];

/** A draft of something stored, and its way to the server. */
export interface Form<C extends Collection> {
  draft: Draft<C>;
  set: <Field extends keyof Draft<C>>(field: Field, value: Draft<C>[Field]) => void;
  change: (part: Partial<Draft<C>>) => void;
  /** What is wrong with a field, said by the server at the last attempt. */
  error: (field: string) => string | undefined;
  problem?: Problem;
  changed: boolean;
  saving: boolean;
  isNew: boolean;
}

interface Options<C extends Collection> {
  /** Of the collection. */
  path: C;
  stored?: Thing<C>;
  blank: Draft<C>;
  readOnly: ToldOnly<C>[];
  /** Last touches before the draft is sent. */
  send?: (draft: Draft<C>) => Sent<C>;
  /** What is saved by a call of its own, after the thing itself. */
  afterwards?: (saved: Saved<C>, draft: Draft<C>) => Promise<Saved<C>>;
}

function draftOf<C extends Collection>(thing: Thing<C>, blank: Draft<C>, readOnly: ToldOnly<C>[]): Draft<C> {
  const kept = new Set<PropertyKey>([...KEPT_BY_THE_SERVER, ...readOnly]);
  const entries = Object.entries(thing).filter(([name]) => !kept.has(name));
  return { ...blank, ...Object.fromEntries(entries) };
}

// An answer may tell a secret, this once: it is not to stay.
const keptOf = ({ id, revision }: Kept): Kept => ({ id, revision });

/** What the frame of an editor knows of what is edited inside. */
export interface Editing {
  form: Pick<Form<Collection>, 'problem' | 'changed' | 'saving' | 'isNew'>;
  blocks: () => boolean;
  conflict?: { clashes: Clash[]; settle: (mine: string[]) => void };
}

/** Edits one stored thing: sends it under its revision, and joins it with what somebody else saved meanwhile. */
export function useForm<C extends Collection>(options: Options<C>) {
  const { path, stored, blank, send } = options;
  const readOnly = useRef(options.readOnly);
  const client = useQueryClient();
  const [base, setBase] = useState<Draft<C>>(() => (stored ? draftOf(stored, blank, readOnly.current) : blank));
  const [draft, setDraft] = useState<Draft<C>>(base);
  const [kept, setKept] = useState(stored && keptOf(stored));
  const [problem, setProblem] = useState<Problem>();
  const [clashes, setClashes] = useState<Clash[]>();
  const [saving, setSaving] = useState(false);
  const saved = useRef(false);
  const changed = useMemo(() => !same(base, draft), [base, draft]);

  // A browser that closes the page asks by itself when told to.
  useEffect(() => {
    if (!changed) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [changed]);

  const change = useCallback((part: Partial<Draft<C>>) => {
    saved.current = false;
    setDraft((old) => ({ ...old, ...part }));
  }, []);
  const set: Form<C>['set'] = useCallback(
    (field, value) => change({ [field]: value } as unknown as Partial<Draft<C>>),
    [change],
  );

  const save = async (): Promise<Saved<C> | undefined> => {
    setSaving(true);
    setProblem(undefined);
    let begun = base;
    const onKept = (told: Saved<C>) => {
      begun = draftOf(told as Thing<C>, blank, readOnly.current);
      setBase(begun);
      setKept(keptOf(told));
    };
    const { afterwards } = options;
    try {
      const answer = await store<C>({
        path,
        body: send ? send(draft) : draft,
        kept,
        onKept,
        afterwards: afterwards && ((told) => afterwards(told, draft)),
      });
      saved.current = true;
      setBase(draft);
      setKept(keptOf(answer));
      await client.invalidateQueries({ queryKey: [path] });
      return answer;
    } catch (thrown) {
      const found = asProblem(thrown);
      // Half of it has been saved, and lists should show it.
      if (begun !== base) void client.invalidateQueries({ queryKey: [path] });
      if (found.code === 'revision_conflict' && found.current) {
        const newer = found.current as Thing<C>;
        const theirs = draftOf(newer, blank, readOnly.current);
        const joined = merge(begun, draft, theirs);
        setBase(theirs);
        setDraft(joined.merged);
        setKept(keptOf(newer));
        setClashes(joined.clashes);
      } else {
        setProblem(found);
      }
      return undefined;
    } finally {
      setSaving(false);
    }
  };

  const form: Form<C> = {
    draft,
    set,
    change,
    error: (field) => problem?.of(field),
    problem,
    changed,
    saving,
    isNew: !kept,
  };
  return {
    form,
    save,
    /** True while leaving would lose something. */
    blocks: () => changed && !saved.current,
    conflict: clashes && {
      clashes,
      settle: (mine: string[]) => {
        const chosen = clashes.filter((clash) => mine.includes(clash.field));
        change(Object.fromEntries(chosen.map((clash) => [clash.field, clash.mine])) as Partial<Draft<C>>);
        setClashes(undefined);
      },
    },
  };
}
