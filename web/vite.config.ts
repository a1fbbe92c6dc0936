// Small apps in one build: each page is an entry, what they share becomes common chunks.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  base: '/',
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    // Everything is a file of ours: the content security policy allows no inline script.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: {
        landing: 'landing.html',
        cashier: 'cashier.html',
        wallet: 'wallet.html',
        console: 'console.html',
        sandbox: 'sandbox.html',
        audit: 'audit.html',
        till: 'till.html',
        'wallet-worker': 'wallet/worker.ts',
      },
      // A service worker's address is for ever; its contents are asked for anew each time.
      output: {
        entryFileNames: ({ name }) =>
          name === 'wallet-worker' ? 'wallet-worker.js' : 'assets/[name]-[hash].js',
      },
    },
  },
});
