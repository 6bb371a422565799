import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import type { Plugin } from 'vite';

const COMPRESSIBLE = /\.(?:js|css|html|svg|json)$/;

/**
 * Writes `name.br` beside everything that gets smaller by it, so that the server compresses nothing. The list of what was
 * built goes out of the folder: it is for scripts, and no file of the console.
 */
export function compress(folder: string): Plugin {
  return {
    name: 'regent-compress',
    apply: 'build',
    closeBundle: {
      order: 'post',
      sequential: true,
      async handler() {
        await rename(join(folder, 'manifest.json'), join(folder, '../manifest.json'));
        const entries = await readdir(folder, { recursive: true, withFileTypes: true });
        for (const entry of entries) {
          if (!entry.isFile() || !COMPRESSIBLE.test(entry.name)) continue;
          const file = join(entry.parentPath, entry.name);
          const plain = await readFile(file);
          const packed = brotliCompressSync(plain, {
            params: {
              [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
              [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
            },
          });
          if (packed.length < plain.length) await writeFile(`${file}.br`, packed);
        }
      },
    },
  };
}
