import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { asProblem, type Problem, post, put, segment } from '../api/client';
import type { Stored } from '../api/types';
import { type Clash, merge, same } from './merge';

const KEPT_BY_THE_SERVER = ['id', 'revision', 'created_at', 'created_by', 'updated_at', 'updated_by'];

/** A draft of something stored, and its way to the server. */
export interface Form<Draft> {
  draft: Draft;
  set: <Field extends keyof Draft>(field: Field, value: Draft[Field]) => void;
  change: (part: Partial<Draft>) => void;
  /** What is wrong with a field, said by the server at the last attempt. */
  error: (field: string) => string | undefined;
  problem?: Problem;
  changed: boolean;
  saving: boolean;
  isNew: boolean;
}

interface Options<Thing extends Stored, Draft extends object> {
  /** Of the collection: `/connectors`. */
  path: string;
  stored?: Thing;
  blank: Draft;
  /** What the server tells and does not take back. */
  readOnly?: string[];
  /** Last touches before the draft is sent. */
  send?: (draft: Draft) => unknown;
  /** What is saved by a call of its own, after the thing itself. */
  afterwards?: (saved: Thing, draft: Draft) => Promise<Thing>;
}

function draftOf<Thing extends Stored, Draft extends object>(thing: Thing, blank: Draft, readOnly: string[]): Draft {
  const kept = new Set([...KEPT_BY_THE_SERVER, ...readOnly]);
  const entries = Object.entries(thing).filter(([name]) => !kept.has(name));
  return { ...blank, ...Object.fromEntries(entries) } as Draft;
}

/** Edits one stored thing: sends it under its revision, and joins it with what somebody else saved meanwhile. */
export function useForm<Thing extends Stored, Draft extends object>(options: Options<Thing, Draft>) {
  const { path, stored, blank, send } = options;
  const readOnly = useRef(options.readOnly ?? []);
  const client = useQueryClient();
  const [base, setBase] = useState<Draft>(() => (stored ? draftOf(stored, blank, readOnly.current) : blank));
  const [draft, setDraft] = useState<Draft>(base);
  const [revision, setRevision] = useState(stored?.revision);
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

  const change = useCallback((part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part })), []);
  const set: Form<Draft>['set'] = useCallback((field, value) => setDraft((old) => ({ ...old, [field]: value })), []);

  const save = async (): Promise<Thing | undefined> => {
    setSaving(true);
    setProblem(undefined);
    try {
      const body = send ? send(draft) : draft;
      let answer =
        stored && revision !== undefined
          ? await put<Thing>(`${path}/${segment(stored.id)}`, body, revision)
          : await post<Thing>(path, body);
      if (options.afterwards) answer = await options.afterwards(answer, draft);
      saved.current = true;
      setBase(draft);
      setRevision(answer.revision);
      await client.invalidateQueries({ queryKey: [path] });
      return answer;
    } catch (thrown) {
      const found = asProblem(thrown);
      if (found.code === 'revision_conflict' && found.current) {
        const newer = found.current as Thing;
        const theirs = draftOf(newer, blank, readOnly.current);
        const joined = merge(base, draft, theirs);
        setBase(theirs);
        setDraft(joined.merged);
        setRevision(newer.revision);
        setClashes(joined.clashes);
      } else {
        setProblem(found);
      }
      return undefined;
    } finally {
      setSaving(false);
    }
  };

  const form: Form<Draft> = {
    draft,
    set,
    change,
    error: (field) => problem?.of(field),
    problem,
    changed,
    saving,
    isNew: !stored,
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
        change(Object.fromEntries(chosen.map((clash) => [clash.field, clash.mine])) as Partial<Draft>);
        setClashes(undefined);
      },
    },
  };
}
