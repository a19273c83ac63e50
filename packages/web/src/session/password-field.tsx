import { PasswordInput, type PasswordInputProps } from '@mantine/core'

/** The toggle can be reached with the keyboard, and its name does not compete with the field's. */
export function PasswordField(props: PasswordInputProps) {
  return (
    <PasswordInput
      required
      withAsterisk={false}
      visibilityToggleFocusable
      visibilityToggleButtonProps={{ 'aria-label': 'Show or hide characters' }}
      {...props}
    />
  )
}
