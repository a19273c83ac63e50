import { Alert } from '@mantine/core'
import { IconAlertCircle } from '@tabler/icons-react'

/** What is wrong with a form as a whole. Announced when it appears. */
export function FormAlert({ message }: { readonly message: string | undefined }) {
  if (message === undefined) return null
  return (
    <Alert role="alert" color="red" variant="light" icon={<IconAlertCircle aria-hidden />} py="xs">
      {message}
    </Alert>
  )
}
