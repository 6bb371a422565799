import type { Plugin } from 'vite';
export function fake(): Plugin {
  return { name: 'regent-fake', apply: 'serve' };
}
