import { Button, Group, Stack } from '@mantine/core'
import { IconDice5 } from '@tabler/icons-react'
import { useState } from 'react'
import { PasswordField } from '../session/password-field.tsx'
import { usePasswordRule } from '../session/use-password-rule.ts'
import { generatePassword } from './generate-password.ts'

interface NewPasswordFieldProps {
  readonly label: string
  readonly value?: string
  readonly onChange?: (password: string) => void
  readonly error?: string
  readonly 'data-path'?: string
  readonly 'data-autofocus'?: boolean
}

/** A password that somebody else will use once; generated, it is shown, since it has to be handed over. */
export function NewPasswordField({ label, value = '', onChange, ...field }: NewPasswordFieldProps) {
  const [isVisible, setVisible] = useState(false)
  const rule = usePasswordRule()
  return (
    <Stack gap="xs">
      <PasswordField
        label={label}
        description={`${rule.text} It has to be changed at the next sign-in.`}
        autoComplete="new-password"
        value={value}
        onChange={({ currentTarget }) => onChange?.(currentTarget.value)}
        visible={isVisible}
        onVisibilityChange={setVisible}
        {...field}
      />
      <Group>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconDice5 size={16} aria-hidden />}
          onClick={() => {
            onChange?.(generatePassword())
            setVisible(true)
          }}
        >
          Generate password
        </Button>
      </Group>
    </Stack>
  )
}
