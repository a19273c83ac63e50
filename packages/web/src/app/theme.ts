import { Alert, type CSSVariablesResolver, createTheme, Modal, ModalHeader, Tooltip } from '@mantine/core'

export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 7, dark: 7 },
  autoContrast: true,
  respectReducedMotion: true,
  cursorType: 'pointer',
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  headings: { fontWeight: '600' },
  components: {
    // Coloured titles on coloured grounds have too little contrast; the ground and the icon say enough.
    Alert: Alert.extend({ styles: { label: { color: 'var(--mantine-color-text)' } } }),
    Modal: Modal.extend({
      defaultProps: {
        radius: 'lg',
        padding: 'lg',
        // A closed dialog leaves at once: a secret must not linger in the page while it fades out.
        transitionProps: { transition: 'fade-up', duration: 150, exitDuration: 0 },
        closeButtonProps: { 'aria-label': 'Close' },
        overlayProps: { backgroundOpacity: 0.5 },
        styles: { title: { fontWeight: 600, fontSize: 'var(--mantine-font-size-lg)' } },
      },
    }),
    // Its element is a header, which counts as another banner of the page.
    ModalHeader: ModalHeader.extend({ defaultProps: { role: 'none' } }),
    Tooltip: Tooltip.extend({
      defaultProps: { withArrow: true, multiline: true, maw: 320, events: { hover: true, focus: true, touch: true } },
    }),
  },
})

/** Mantine's greys and reds for text are below the contrast of WCAG AA (4.5 to 1) on its own surfaces; these are above it. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-placeholder': '#6b7280',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
    '--mantine-color-anchor': 'var(--mantine-color-indigo-8)',
    // The current page in the navigation, under the pointer.
    '--mantine-color-indigo-light-hover': 'var(--mantine-color-indigo-1)',
  },
  dark: {
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-placeholder': '#9a9a9a',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
    '--mantine-color-anchor': 'var(--mantine-color-indigo-3)',
    // The grounds of alerts: a tint, not a signal lamp.
    '--mantine-color-yellow-light': 'rgb(250 176 5 / 14%)',
    '--mantine-color-red-light': 'rgb(250 82 82 / 14%)',
  },
})
