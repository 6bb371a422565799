// What the browser loads before the first screen stands, as it travels: brotli where there is any. Fails above the budget.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const BUDGET_KB = 400;
const folder = new URL('../dist/console/', import.meta.url).pathname;
const manifest = JSON.parse(readFileSync(join(folder, '../manifest.json'), 'utf8'));

const SCREENS = {
  'sign-in': ['src/sign-in/SignIn.tsx'],
  'My access': ['src/frame/Shell.tsx', 'src/access/MyAccess.tsx'],
};

function travels(file) {
  const path = join(folder, file);
  const packed = `${path}.br`;
  return statSync(existsSync(packed) ? packed : path).size;
}

function files(entries) {
  const seen = new Set();
  const all = new Set(['index.html']);
  const walk = (name) => {
    if (seen.has(name)) return;
    seen.add(name);
    const chunk = manifest[name];
    if (!chunk) throw new Error(`the build has no \`${name}\`: change the list in scripts/weigh.mjs`);
    all.add(chunk.file);
    for (const css of chunk.css ?? []) all.add(css);
    for (const next of chunk.imports ?? []) walk(next);
  };
  for (const entry of entries) walk(entry);
  return [...all];
}

// The faces that the first screen is set in; italics and the rest come when something is drawn in them.
function faces(sheets) {
  const text = sheets.map((file) => readFileSync(join(folder, file), 'utf8')).join('');
  const found = [...text.matchAll(/@font-face\{([^}]*)\}/g)]
    .map(([, rules]) => rules)
    .filter((rules) => /font-weight:(400|700)/.test(rules) && rules.includes('font-style:normal'));
  return found.map((rules) => `assets/${rules.match(/url\(([^)]+)\)/)[1]}`);
}

let tooHeavy = false;
for (const [screen, entries] of Object.entries(SCREENS)) {
  const list = files(['index.html', ...entries]);
  const kinds = { js: 0, css: 0, html: 0 };
  for (const file of list) kinds[file.split('.').at(-1)] += travels(file);
  const font = faces(list.filter((file) => file.endsWith('.css'))).reduce((sum, file) => sum + travels(file), 0);
  const total = Object.values(kinds).reduce((sum, size) => sum + size, font) / 1000;
  const parts = Object.entries({ ...kinds, font }).map(([kind, size]) => `${kind} ${(size / 1000).toFixed(0)}`);
  console.log(`${screen}: ${total.toFixed(0)} kB in ${list.length} files (${parts.join(', ')}); at most ${BUDGET_KB}`);
  tooHeavy ||= total > BUDGET_KB;
}
if (tooHeavy) {
  console.error('the first screen is too heavy');
  process.exit(1);
}
