import { describe, expect, test } from 'vitest';
import { announcement, clockFace, secondsUntil } from './countdown';
import { asLifetime, inWords, parseLifetime, steps } from './duration';
import { relative, utc } from './Moment';
import { merge, same } from './merge';

describe('a countdown', () => {
  test.each([
    ['2026-11-22T10:00:30Z', 30],
    ['2026-11-22T09:59:59Z', 0],
    ['not a time', 0],
  ])('until %s has %i seconds', (until, expected) => {
    expect(secondsUntil(until, Date.parse('2026-11-22T10:00:00Z'))).toBe(expected);
  });

  test.each([
    [3849, '1:04:09'],
    [249, '4:09'],
    [9, '0:09'],
    [0, '0:00'],
  ])('of %i seconds reads %s', (seconds, face) => {
    expect(clockFace(seconds)).toBe(face);
  });

  test.each([
    [301, 300, 'ends in 5 min'],
    [300, 299, undefined],
    [61, 60, 'ends in 1 min'],
    [1, 0, 'has ended'],
    // a machine that slept says the last thing alone
    [400, 0, 'has ended'],
    [3000, 2999, undefined],
  ])('that goes from %i to %i says %s', (before, after, said) => {
    expect(announcement(before, after)).toBe(said);
  });
});

describe('a lifetime', () => {
  test.each([
    [900, '15 min'],
    [3600, '1 h'],
    [5400, '1 h 30 min'],
    [129_600, '36 h'],
    [45, '45 s'],
  ])('of %i seconds reads %s', (seconds, text) => {
    expect(asLifetime(seconds)).toBe(text);
  });

  test.each([
    ['90 min', 5400],
    ['1h 30m', 5400],
    ['12 hours', 43_200],
    ['3600', 3600],
    ['1 h', 3600],
    ['', undefined],
    ['soon', undefined],
    ['-5 min', undefined],
    ['1 min 1 h', undefined],
  ])('typed as «%s» is %s', (text, seconds) => {
    expect(parseLifetime(text)).toBe(seconds);
  });

  test('survives being written and read', () => {
    for (let seconds = 60; seconds <= 129_600; seconds += 60) expect(parseLifetime(asLifetime(seconds))).toBe(seconds);
  });

  test('is said in two units at most', () => {
    expect(inWords(90_061)).toBe('1 d 1 h');
    expect(inWords(59)).toBe('59 s');
  });
});

describe('the slider', () => {
  test('offers the bounds and the default, in order and once', () => {
    expect(steps({ min: 900, max: 3600, default: 3600 })).toEqual([900, 1800, 2700, 3600]);
    expect(steps({ min: 900, max: 5000, default: 4000 })).toEqual([900, 1800, 2700, 3600, 4000, 5000]);
    expect(steps({ min: 900, max: 900, default: 900 })).toEqual([900]);
  });

  test('leaves out a default that is not allowed', () => {
    expect(steps({ min: 900, max: 1800, default: 3600 })).toEqual([900, 1800]);
  });
});

describe('two edits of one thing', () => {
  const base = { name: 'a', slug: 's', labels: { env: 'prod' } };

  test('are joined when they touch different fields', () => {
    const joined = merge(base, { ...base, name: 'mine' }, { ...base, slug: 'theirs' });
    expect(joined).toEqual({ merged: { ...base, name: 'mine', slug: 'theirs' }, clashes: [] });
  });

  test('clash on a field that both changed differently, and keep what was saved', () => {
    const { merged, clashes } = merge(base, { ...base, name: 'mine' }, { ...base, name: 'theirs' });
    expect(merged.name).toBe('theirs');
    expect(clashes).toEqual([{ field: 'name', base: 'a', mine: 'mine', theirs: 'theirs' }]);
  });

  test('do not clash when both wrote the same', () => {
    expect(merge(base, { ...base, name: 'x' }, { ...base, name: 'x' }).clashes).toEqual([]);
  });

  test('compare by value, whatever the order', () => {
    expect(same({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true);
    expect(same([1, 2], [2, 1])).toBe(false);
    expect(same({ a: undefined }, {})).toBe(true);
    expect(same(null, {})).toBe(false);
    expect(same([], {})).toBe(false);
  });
});

describe('a moment', () => {
  test('is told in UTC to those who ask', () => {
    expect(utc('2026-11-22T10:00:00+02:00')).toBe('2026-11-22 08:00:00 UTC');
    expect(utc('nonsense')).toBe('nonsense');
  });

  test('is told from here', () => {
    const now = Date.parse('2026-11-22T10:00:00Z');
    expect(relative('2026-11-22T09:55:00Z', now)).toBe('5 minutes ago');
    expect(relative('2026-11-22T09:59:40Z', now)).toBe('just now');
    expect(relative('2026-11-24T11:00:00Z', now)).toBe('in 2 days');
  });
});
