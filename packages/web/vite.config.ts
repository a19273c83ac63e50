import react from '@vitejs/plugin-react'
import presetMantine from 'postcss-preset-mantine'
import simpleVars from 'postcss-simple-vars'
import { defineConfig } from 'vite'

/** Where `ramp-server serve` listens unless it is told otherwise. */
const SERVER = 'http://127.0.0.1:7267'

export default defineConfig({
  plugins: [react()],
  css: {
    postcss: {
      plugins: [
        presetMantine(),
        // The breakpoints of Mantine, since custom properties do not work in media queries.
        simpleVars({ variables: { 'mantine-breakpoint-sm': '48em', 'mantine-breakpoint-md': '62em' } }),
      ],
    },
  },
  // A data: URL would work with the policy, yet one rule for all assets is easier to reason about.
  build: { assetsInlineLimit: 0, chunkSizeWarningLimit: 900 },
  server: { proxy: { '/api': SERVER, '/docs': SERVER, '/openapi.json': SERVER } },
})
