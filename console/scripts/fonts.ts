import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

const INLINE_FONT = /url\((["']?)data:font\/(woff2?);[^,)]*base64,([A-Za-z0-9+/=]+)\1\)/g;

/**
 * Takes the fonts out of the style sheet, where they come as text. A file each, the browser fetches only the faces it
 * draws, and the content security policy need not let fonts come from `data:`.
 */
export function fonts(): Plugin {
  return {
    name: 'regent-fonts',
    apply: 'build',
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'asset' || !file.fileName.endsWith('.css')) continue;
        file.source = String(file.source).replace(INLINE_FONT, (_whole, _quote, kind: string, text: string) => {
          const source = Buffer.from(text, 'base64');
          const hash = createHash('sha256').update(source).digest('base64url').slice(0, 8);
          const fileName = `assets/font-${hash}.${kind}`;
          this.emitFile({ type: 'asset', fileName, source });
          return `url(${fileName.slice('assets/'.length)})`;
        });
      }
    },
  };
}
