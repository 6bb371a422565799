import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { fake } from './dev/fake';
import { compress } from './scripts/compress';
import { fonts } from './scripts/fonts';

const folder = fileURLToPath(new URL('dist/console', import.meta.url));
// `REGENT_URL=http://127.0.0.1:4599 npm run dev` works on a real server; without it on a small imitation in memory.
const server = process.env.REGENT_URL;

export default defineConfig({
  base: '/console/',
  plugins: [react(), fonts(), compress(folder), ...(server ? [] : [fake()])],
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
    proxy: server ? { '/api': server, '/console/api': server, '/federation': server } : {},
  },
});
