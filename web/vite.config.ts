import preact from '@preact/preset-vite';
import { defineConfig } from 'vite';

/** Where a running `vigil serve` answers while the page is being worked on (`npx vite web`). */
const server = process.env.VIGIL_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [preact()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    license: { fileName: 'licenses.md' },
  },
  server: {
    proxy: {
      // The server refuses pages of other origins; this proxy is one of its own.
      '/ws': { target: server, ws: true, changeOrigin: true, headers: { origin: server } },
      '/api': { target: server, changeOrigin: true, headers: { origin: server } },
    },
  },
});
