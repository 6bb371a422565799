import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compress } from './scripts/compress.ts';
import { fonts } from './scripts/fonts.ts';

const folder = fileURLToPath(new URL('dist/console', import.meta.url));
// `npm run dev` works on the server that `make run` has started.
const server = process.env.REGENT_URL ?? 'http://127.0.0.1:4599';

export default defineConfig({
  base: '/console/',
  plugins: [react(), fonts(), compress(folder)],
  build: {
    outDir: folder,
    emptyOutDir: true,
    target: 'es2023',
    // every file by its own address: the content security policy knows no `data:` beyond images
    assetsInlineLimit: 0,
    manifest: 'manifest.json',
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': server, '/console/api': server, '/federation': server, '/switchrole': server },
  },
});
